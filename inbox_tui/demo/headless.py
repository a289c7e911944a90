"""The whole road without a terminal: every referral of a file through both ends, told in words or as JSON."""

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from directory import municipalities
from gateway.commands.refer import in_words
from gateway.language import gettext as _
from gateway.station import utc_now
from gateway.wire.referral import MalformedReferral, Referral
from inbox_tui.demo.journey import ACCEPTED, Journey, submitted_at, travel
from inbox_tui.demo.town import Town, open_town

Referrals = Sequence[Mapping[str, Any]]

SHORT: Final = "/tmp"  # noqa: S108 - GnuPG's sockets need a short path; the folder in it is made for its owner alone


class NotReferrals(Exception):
    """The file is not of the shape {"referrals": [{"id", "input"}]}."""


def read_referrals(path: Path) -> Referrals:
    """Read the file's referrals in the order of `submitted_at`; raises NotReferrals or OSError."""
    try:
        found = json.loads(path.read_text("utf-8"))["referrals"]
        entries = [{"id": str(entry["id"]), "input": _object(entry["input"])} for entry in found]
        return sorted(entries, key=lambda entry: (submitted_at(entry["input"]) or utc_now(), entry["id"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotReferrals from None


def _object(referral: object) -> Mapping[str, Any]:
    """Take whatever is no JSON object for an empty one, so that it is refused like any other and the rest is played."""
    return referral if isinstance(referral, Mapping) else {}


def play(referrals: Referrals, keep: Path) -> list[Journey]:
    """Play every referral through a town that is left in `keep`, one after the other."""
    workplace = Path(tempfile.mkdtemp(prefix="stafet-", dir=SHORT))
    try:
        return asyncio.run(_play(referrals, workplace))
    finally:
        kept(workplace, keep)


def kept(workplace: Path, keep: Path) -> None:
    """Move what was made into `keep`; it was made elsewhere because GnuPG cannot work under a long path."""
    for ours in ("sites", "wire"):
        shutil.rmtree(keep / ours, ignore_errors=True)  # of an earlier run in the same folder
    shutil.copytree(workplace, keep, dirs_exist_ok=True, ignore=_sockets)
    shutil.rmtree(workplace)


async def _play(referrals: Referrals, folder: Path) -> list[Journey]:
    codes = _recipients(referrals)
    journeys = []
    async with open_town(folder, codes, _progress(len(codes))) as town:
        for place, entry in enumerate(referrals, start=1):
            _say(_("Referral {place} of {count}").format(place=place, count=len(referrals)))
            journeys.append(await _one(town, entry))
    _say("")
    return journeys


async def _one(town: Town, entry: Mapping[str, Any]) -> Journey:
    return await travel(town, str(entry["id"]), entry["input"])


def told(journeys: Sequence[Journey]) -> list[str]:
    """Tell the journeys in words, a line each."""
    return [_line(journey) for journey in journeys]


def _line(journey: Journey) -> str:
    if journey.outcome != ACCEPTED:
        return _("{id}: not sent. {reason}").format(id=journey.id, reason=journey.reason)
    place = municipalities.by_code(journey.recipient_code)
    return _("{id}: {place} – {steps}; taken over by {person}").format(
        id=journey.id,
        place=place.official_name if place else "",
        steps=in_words(journey.states[:-1]),
        person=journey.acknowledged_by,
    )


def _recipients(referrals: Referrals) -> tuple[str, ...]:
    """Find the municipalities of the agreement that the referrals name, by code or by name."""
    named = (_home_municipality(entry["input"]) for entry in referrals)
    return tuple(sorted({place.code for place in named if place and place.in_agreement}))


def _home_municipality(referral: Mapping[str, Any]) -> municipalities.Municipality | None:
    try:
        citizen = Referral.parse(referral).citizen
    except MalformedReferral:
        return None
    return municipalities.by_code(citizen.home_municipality_code) or municipalities.named(
        citizen.home_municipality_text
    )


def _progress(count: int) -> Callable[[str], None]:
    done = iter(range(1, count + 1))
    told = _("Making site {place} of {count} ({code})")
    return lambda code: _say(told.format(place=next(done), count=count, code=code))


def _say(line: str) -> None:
    """Show progress on one line of standard error, where a person is watching."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{line}")
        sys.stderr.flush()


def _sockets(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if (Path(folder) / name).is_socket()}
