"""The municipality's end, joined: what its letters mean here, and the ports of its inbox."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlmodel import Session

from directory.model import REGION, Contact
from gateway.language import gettext as _
from gateway.language import mark
from gateway.schema.branch import Branch
from gateway.site.errors import WrongEnd
from gateway.station import Clocks, Station, open_station
from inbox_tui.schema.steps import REVISIONS, STEPS
from inbox_tui.tables import InboxTable

if TYPE_CHECKING:
    from gateway.exchange.ports import Handler
    from gateway.exchange.replies import TakeReply
    from gateway.insight.answer import Insight
    from gateway.keeping.ports import Keeper
    from gateway.monitor.watch import Watch as MonitorWatch
    from gateway.retention.run import Retain
    from gateway.site.home import Home
    from gateway.site.people import Person
    from gateway.statistics.aggregate import Aggregate
    from gateway.statistics.figures import Figures
    from gateway.statistics.period import Period
    from gateway.wire.letters import Kind
    from inbox_tui.acts import Acts
    from inbox_tui.department_mail import DepartmentMail
    from inbox_tui.departments import Departments
    from inbox_tui.drills import Drills
    from inbox_tui.exporting import ExportCase
    from inbox_tui.line import LookAtLine
    from inbox_tui.ports import InboxPorts
    from inbox_tui.store import CaseStore

TABLES = InboxTable.metadata
BRANCH = Branch("unit", (TABLES,), REVISIONS, STEPS)
ELSEWHERE: Final = mark("The inbox is for those who take referrals. To check what was done: stafet-inbox audit")
"""What somebody else is told, such as an auditor."""


@contextmanager
def open_municipality(home: "Home", clocks: Clocks | None = None) -> Iterator[Station]:
    """Open a municipality's site; raises WrongEnd for the region's, and what `open_station` raises."""
    if home.settings().unit.party == REGION:
        raise WrongEnd
    with open_station(home, clocks, BRANCH) as station:
        yield station


def case_store(station: Station) -> "CaseStore":
    """Give the cases of this municipality."""
    from inbox_tui.store import CaseStore

    return CaseStore(station.database, station.vault, station.post, lambda: own_unit(station))


def acts(station: Station) -> "Acts":
    """Give what is done with them."""
    from inbox_tui.acts import Acts

    terms = station.settings.casework
    return Acts(case_store(station), station.vault, station.post, lambda: own_unit(station), terms)


def handlers(station: Station) -> "Mapping[Kind, Handler]":
    """Tell which letters a municipality takes; a new one starts with the six departments of E8."""
    from gateway import upkeep
    from gateway.wire.letters import Kind
    from inbox_tui.casework.intake import Intake
    from inbox_tui.drills import TakeDrill
    from inbox_tui.news import News

    store = case_store(station)
    store.ensure_departments()
    news = News(store, station.vault).handlers()
    drilled = TakeDrill(station.vault, station.clocks.machine)
    return {Kind.REFERRAL: Intake(store.keep), **news, Kind.DRILL: drilled, **upkeep.handlers(station)}


def take_reply(station: Station) -> "TakeReply":
    """Give what is done with a department's answer by mail."""
    from inbox_tui.replies import TakeReplies

    return TakeReplies(case_store(station), station.clocks.machine)


def chores(station: Station) -> Sequence[Callable[[], int]]:
    """Tell what a municipality's daemon does by the clock."""
    from gateway import upkeep
    from inbox_tui.exporting import ClearExports

    clear = ClearExports(station.home.exports, station.database, station.clocks.machine)
    kept = (station.checkpoints.tick, retain(station).tick, clear.tick)
    return (*upkeep.chores(station), *kept, *tell_unit(station), *upkeep.tell_keepers(station))


def tell_unit(station: Station) -> Sequence[Callable[[], int]]:
    """Give the chore that tells the unit's ordinary mailbox that something waits."""
    from gateway import upkeep
    from gateway.mailbox.last import Whose
    from inbox_tui.mailbox import Waiting

    settings = station.settings
    waits = Waiting(station.vault, settings.casework.remind_days)
    return upkeep.tell_mailbox(station, Whose.UNIT, settings.mailbox.address, waits)


def watch(station: Station) -> "MonitorWatch":
    """Give what a monitor is told that only the municipality knows."""
    from directory.calendar import local_day
    from gateway import upkeep
    from gateway.monitor.watch import Watch as MonitorWatch
    from inbox_tui.mailbox import Waiting

    waits = Waiting(station.vault, station.settings.casework.remind_days)
    return MonitorWatch(
        upkeep.board(station), lambda session: waits.run_out(session, local_day(station.clocks.rules()))
    )


def inbox_ports(
    station: Station, person: "Person | None" = None, notice: str | None = None, *, name: str = ""
) -> "InboxPorts":
    """Give the inbox what it needs."""
    from gateway.access.actions import CASEWORK
    from gateway.access.front_door import FrontDoor
    from gateway.terminal.appearance import is_dark
    from gateway.terminal.door import Watch
    from inbox_tui.ports import InboxPorts
    from inbox_tui.set_aside import SetAside

    return InboxPorts(
        store=case_store(station),
        acts=acts(station),
        drills=drills(station),
        line=line(station),
        keeper=lambda who: keep(station, who),
        door=FrontDoor(station.sign_in, CASEWORK, _(ELSEWHERE)),
        set_aside=SetAside(station.database),
        export=export_case(station),
        departments=house(station),
        staff=station.staff,
        now=station.clocks.rules,
        unit_name=own_unit(station).unit_name,
        casework=station.settings.casework,
        person=person,
        name=name,
        watch=Watch(idle_seconds=station.settings.sign_in.idle_minutes * 60),
        notice=notice,
        dark=is_dark(station.settings.appearance, os.environ),
    )


def keep(station: Station, person: "Person") -> "Keeper":
    """Give the screens that keep the line what they need."""
    from gateway import upkeep
    from gateway.keeping.joined import keeper

    return keeper(station, person, upkeep.board(station), command="stafet-inbox")


def line(station: Station) -> "LookAtLine":
    """Give the look at the line to Præhospitalet."""
    from gateway import upkeep
    from inbox_tui.line import LookAtLine, last_day

    board, last = upkeep.board(station), partial(last_day, station.keyring)
    return LookAtLine(station.database, station.vault, board, lambda: own_unit(station), last, station.clocks.machine)


def own_unit(station: Station) -> Contact:
    """Name our own unit, as an acknowledgement does."""
    return station.unit


def export_case(station: Station) -> "ExportCase":
    """Give what takes one case out as a file."""
    from inbox_tui.exporting import ExportCase

    return ExportCase(case_store(station), station.home.exports, station.settings.medcom)


def department_mail(station: Station) -> "DepartmentMail":
    """Give the departments that are reached by mail, to change them."""
    from gateway import upkeep
    from inbox_tui.department_mail import DepartmentMail

    rotation = partial(upkeep.rotation, station)
    return DepartmentMail(station.database, station.keyring, station.own, rotation, station.clocks.machine)


def drills(station: Station) -> "Drills":
    """Give the TESTs that a person here acknowledges."""
    from inbox_tui.drills import Drills

    return Drills(station.database, station.vault, station.post, lambda: own_unit(station))


def retain(station: Station) -> "Retain":
    """Give what erases when the time has come."""
    from inbox_tui.erasing import EraseCases

    return station.retain(EraseCases(station.vault))


def house(station: Station) -> "Departments":
    """Give the departments, and every change of them."""
    from inbox_tui.departments import Departments

    return Departments(station.database)


def departments(station: Station) -> frozenset[str]:
    """Name the departments a person can work in, by their ids."""
    return frozenset(one.id for one in case_store(station).departments())


def figures(station: Station, session: Session, period: "Period", now: datetime) -> "Figures":
    """Count what this municipality holds."""
    from inbox_tui.counting import Counting

    return Counting(session, station.vault, station.own.party, station.settings.casework)(period, now)


def insight(station: Station, session: Session, typed: str, with_staff: bool) -> "Insight":  # noqa: FBT001 - as typed
    """Gather all that is held about one citizen who asks for it."""
    from inbox_tui.insight import Gather

    return Gather(session, station.vault, own_unit(station))(typed, station.clocks.rules(), with_staff=with_staff)


def share(station: Station, session: Session, told: "Aggregate") -> None:
    """Post suppressed figures to the region, in a conversation of their own."""
    from gateway.wire.letters import Kind, Letter, new_id

    number = f"{told.first}-{told.last}"
    station.post(session, Letter(Kind.FIGURES, new_id(), REGION, number, told.written()))
