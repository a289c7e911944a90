"""Which mail domains are a party's own, as data beside this file: a contact elsewhere is stopped (D11).

Each municipality also has the twin of its domain under `.example`, where the demo and the tests live (RFC 2606).
"""

import csv
import functools
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Final

TWIN: Final = ".example"


def fits(party: str, email: str, allowed: Iterable[str] = ()) -> bool:
    """Tell whether an address lies in one of the party's domains, in one of `allowed`, or below one of them."""
    domain = domain_of(email)
    known = {*own(party), *(one.casefold().strip(". ") for one in allowed)} - {""}
    return any(domain == one or domain.endswith(f".{one}") for one in known)


def domain_of(email: str) -> str:
    """Give what stands after the @."""
    return email.rpartition("@")[2].casefold()


def own(party: str) -> frozenset[str]:
    """List the mail domains of a party, from the agreement's file."""
    return _by_party().get(party, frozenset())


@functools.cache
def _by_party() -> Mapping[str, frozenset[str]]:
    text = files(__package__).joinpath("domains.csv").read_text("utf-8")
    rows = [(row["party"], row["domain"]) for row in csv.DictReader(text.splitlines())]
    twins = [(party, domain.removesuffix(".dk") + TWIN) for party, domain in rows if domain.endswith(".dk")]
    every = [*rows, *twins]
    return {party: frozenset(domain for whose, domain in every if whose == party) for party, _domain in every}
