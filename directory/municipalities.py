"""All 98 Danish municipalities and the names people still say, as data beside this file.

Region names are data too: two of the regions merge on 1 January 2027.
"""

import csv
import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

_DANISH_LAST: Final = str.maketrans({"æ": "{", "ø": "|", "å": "}"})


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality: its three-digit code as text, its names, its region, and whether the agreement covers it."""

    code: str
    name: str
    official_name: str
    region: str
    in_agreement: bool


def by_code(text: str | None) -> Municipality | None:
    """Find the municipality with this code, written with three or four digits ("751", "0751")."""
    code = (text or "").strip()
    return _by_code().get(code.removeprefix("0") if code.startswith("0") and len(code) == len("0751") else code)


def named(text: str | None) -> Municipality | None:
    """Find the municipality of exactly this name, official or not ("Aarhus", "Århus Kommune")."""
    return _by_name().get(_fold(text or ""))


def hint(text: str | None) -> Municipality | None:
    """Tell which municipality an abolished name ("Galten") most likely means. Ask; never choose by it."""
    return _aliases().get(_fold(text or ""))


@functools.cache
def in_agreement() -> tuple[Municipality, ...]:
    """List the 19 municipalities of the agreement (A4) in Danish order, in which Aarhus comes last."""
    return tuple(sorted((m for m in _by_code().values() if m.in_agreement), key=_danish_order))


def _danish_order(municipality: Municipality) -> str:
    return municipality.name.casefold().replace("aa", "å").translate(_DANISH_LAST)


def _fold(name: str) -> str:
    """Reduce a name to what is compared: case, å or aa, hyphen or space, with or without "Kommune" do not count."""
    plain = unicodedata.normalize("NFC", name).casefold().replace("å", "aa")
    return re.sub(r"[\s-]+", " ", plain).strip().removesuffix(" kommune")


@functools.cache
def _by_code() -> Mapping[str, Municipality]:
    return {
        row["code"]: Municipality(
            row["code"], row["name"], row["official_name"], row["region"], row["in_agreement"] == "yes"
        )
        for row in _rows("municipalities.csv")
    }


@functools.cache
def _by_name() -> Mapping[str, Municipality]:
    every = _by_code().values()
    return {_fold(name): m for m in every for name in (m.name, m.official_name)}


@functools.cache
def _aliases() -> Mapping[str, Municipality]:
    return {_fold(row["name"]): _by_code()[row["code"]] for row in _rows("aliases.csv")}


def _rows(name: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(files(__package__).joinpath(name).read_text("utf-8").splitlines()))
