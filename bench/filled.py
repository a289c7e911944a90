"""The same people twice: a municipality's site with a case for each of them, and a Maildir with a mail from each."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from directory.calendar import target_date
from directory.model import REGION
from gateway.new_site import Plan, make_station
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import UnitSettings
from gateway.station import utc_now
from gateway.wire.referral import Citizen, Origin, Referral, Sender
from inbox_tui import bootstrap, signs
from inbox_tui.casework.case import Case, CaseState, Seal
from inbox_tui.locked import Locked
from inbox_tui.tables import CaseRow, ContentRow, SignRow
from keys.fingerprint import Fingerprint

WHO: Final = "Anne Testesen"
PASSWORD: Final = "Regnen falder på taget"  # noqa: S105 - everything here is invented
STILL_OPEN: Final = 200
RARE: Final = 1000
"""One in so many has the name that is searched for."""
RAREST: Final = "Karen Sjældenprøve"
FIRST: Final = ("Karen", "Poul", "Søren", "Åse", "Ingrid", "Jens", "Bodil", "Hans")
LAST: Final = ("Testdal", "Prøvegaard", "Testlund", "Prøvedal", "Testborg")
TEXT: Final = "Ring. " * 100


def name_of(place: int) -> str:
    """Name a citizen."""
    return RAREST if place % RARE == 0 else f"{FIRST[place % len(FIRST)]} {LAST[place % len(LAST)]}"


def phone_of(place: int) -> str:
    """Give a citizen's phone number, as it is typed."""
    return f"951{place:05}"


def number_of(place: int) -> str:
    """Give a case's number, which the mail has as its subject."""
    return f"2026-{place:05}"


def site(folder: Path, many: int) -> Path:
    """Make a municipality's site with all the cases, of which a few are open."""
    home = Home(folder / "site")
    unit = UnitSettings(
        party="730", name="Den sociale indgang", address="sikkerpost@randers.example", phone="+4589150000"
    )
    make_station(home, Plan(unit, WHO, Role.ADMIN, PASSWORD), bootstrap.BRANCH)
    with bootstrap.open_municipality(home) as station, station.database.session() as session:
        locked, vault, now = Locked(station.vault), station.vault, utc_now()
        cases = [_case(place, now - timedelta(hours=place)) for place in range(many)]
        found = [(one.id, sign) for one in cases for sign in signs.signs(vault, [one.referral.citizen.phone])]
        session.execute(insert(CaseRow), [_facts(locked.row(one)) for one in cases])
        session.execute(insert(ContentRow), [_facts(locked.content(one)) for one in cases])
        session.execute(insert(SignRow), [{"case_id": case_id, "sign": sign} for case_id, sign in found])
    return home.path


def _case(place: int, came: datetime) -> Case:
    citizen = Citizen(name=name_of(place), phone=f"+45{phone_of(place)}")
    return Case(
        id=str(uuid.uuid4()),
        letter_id=str(uuid.uuid4()),
        number=number_of(place),
        seal=Seal(REGION, Fingerprint("ABCD1234EF567890ABCD1234EF567890ABCD1234"), came),
        referral=Referral(origin=Origin.AMK_CALL, sender=Sender(name="Mette"), citizen=citizen, text=TEXT),
        notices=(),
        previous=None,
        received_at=came,
        target_date=target_date(came) if place < STILL_OPEN else came.date(),
        state=CaseState.NEW if place < STILL_OPEN else CaseState.CLOSED,
    )


def _facts(row: Any) -> dict[str, Any]:  # noqa: ANN401 - rows of several tables
    """Read a row's columns, to insert many at once."""
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def maildir(folder: Path, many: int) -> Path:
    """Write the same people's mails."""
    mail = folder / "mail"
    for name in ("cur", "new", "tmp"):
        (mail / name).mkdir(parents=True)
    for place, text in enumerate(_mails(many)):
        (mail / "cur" / f"{1_700_000_000 - place}.M{place}.here:2,S").write_bytes(text.encode())
    return mail


def _mails(many: int) -> Iterator[str]:
    now, written = utc_now(), {name: Header(name).encode() for name in {name_of(place) for place in range(many)}}
    for place in range(many):
        yield (
            f"From: {written[name_of(place)]} <a{place}@citizens.example>\nTo: sikkerpost@randers.example\n"
            f"Subject: {number_of(place)}\nDate: {format_datetime(now - timedelta(hours=place))}\n"
            f"Message-ID: <{place}@example>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{TEXT}\n"
        )
