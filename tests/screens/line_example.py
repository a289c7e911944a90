"""An invented line to Præhospitalet, a TEST that waits and a key on its way: for pictures, always the same."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from directory.model import REGION, Contact, UnitKind
from gateway.keeping.ports import Keeper, Known
from gateway.liveness.board import Facts, Grade, Key, Limits, Row, judge
from gateway.liveness.notices import BACKUP_OLD, Notice
from gateway.rotation.model import Rotating
from gateway.site.people import Person
from gateway.site.settings import KeepingSettings, PromiseSettings
from inbox_tui.drills import OpenDrill
from inbox_tui.line import Line, OwnKey, Pulse, TheirKey
from inbox_tui.ports import InboxPorts
from tests.inbox_site import BODIL, UNIT, InboxSite
from tests.screens.keeping_example import NEW, OLD, THEIRS

LIMITS = Limits(KeepingSettings(), PromiseSettings())
DAY = timedelta(days=1)
UNIT_THERE, PHONE = "AMK-vagtcentralen, Præhospitalet", "+45 84 11 20 00"


def region(now: datetime) -> Contact:
    return Contact(
        party=REGION,
        unit_name=UNIT_THERE,
        email="henvendelser@praehospitalet.example",
        phone=PHONE,
        hours="",
        kind=UnitKind.GATEWAY,
        valid_from=now - 212 * DAY,
        entered_by=BODIL.id,
        confirmed_by="staff-anne",
        verified_at=now - 2 * DAY,
    )


def row(now: datetime, *, enrolled: bool) -> Row:
    facts = Facts(REGION, "Præhospitalet")
    if enrolled:
        beat = now - timedelta(hours=5, minutes=2)
        facts = replace(
            facts,
            contact=region(now),
            key=Key(THEIRS, now - 300 * DAY, now + 431 * DAY),
            known_since=now - 212 * DAY,
            listened_since=now - 90 * DAY,
            listened_until=now,
            heard_at=beat,
        )
    return judge(facts, LIMITS, now)


def line(now: datetime, *, enrolled: bool = True) -> Line:
    """A line that works; Randers has a new phone from January and a new key since Tuesday."""
    old = OwnKey(OLD, now + 40 * DAY, now + 27 * DAY, used_there=True)
    return Line(
        at=now,
        row=row(now, enrolled=enrolled),
        unit=UNIT,
        ahead=(replace(UNIT, phone="+45 89 15 00 99", valid_from=datetime(2027, 1, 1, tzinfo=now.tzinfo)),) * enrolled,
        own_keys=(OwnKey(NEW, now + 727 * DAY, None, used_there=not enrolled), old)[: 1 + enrolled],
        their_keys=(TheirKey(THEIRS, now - 212 * DAY, None),) * enrolled,
        change=None,
        backed_up_at=now - 3 * DAY if enrolled else None,
    )


def rotating(now: datetime) -> Rotating:
    """Three days on: Præhospitalet has not taken the new key over yet."""
    return Rotating(
        old=OLD,
        new=NEW,
        begun_at=now - 3 * DAY,
        old_ends_at=now + 27 * DAY,
        stragglers=(REGION,),
        phones={REGION: PHONE},
        runs=True,
    )


def keeper(now: datetime, person: Person) -> Keeper:
    backup = Notice(BACKUP_OLD, "", "", Grade.AMBER, {"since": now - 41 * DAY})
    return Keeper(
        unit=UNIT.unit_name,
        person=person,
        board=lambda _person: (row(now, enrolled=True),),
        notices=lambda _person: (backup,),
        known=lambda _party, _person: Known(row(now, enrolled=True)),
        changes=SimpleNamespace(listed=lambda _person, _party=None: ()),
        ours=SimpleNamespace(listed=lambda _person: ()),
        own_contact=lambda: UNIT,
        rotation=SimpleNamespace(status=lambda _person: rotating(now)),
        compromise=SimpleNamespace(),
        test=lambda _party, _person: "",
        key_ends_at=lambda _key: now + 431 * DAY,
        now=lambda: now,
        command="stafet-inbox",
        poll_seconds=60,
    )


def ports(site: InboxSite, *, enrolled: bool = True, **changes: Any) -> InboxPorts:
    """The inbox of an administrator, with a TEST that waits."""
    drill = OpenDrill("d1", site.now - timedelta(hours=1), UNIT_THERE, PHONE)
    shown = line(site.now, enrolled=enrolled)
    return site.ports(
        person=BODIL,
        drills=SimpleNamespace(open=lambda _person, _now: (drill,)),
        line=SimpleNamespace(
            open=lambda _person: shown,
            look=lambda _person: shown,
            pulse=lambda _person: Pulse(shown.at, shown.row),
        ),
        keeper=lambda person: keeper(site.now, person),
        **changes,
    )
