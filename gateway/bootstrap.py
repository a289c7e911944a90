"""The region's end, joined: what the station's letters mean here, and how a referral is submitted and followed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from directory.model import REGION
from gateway.referring.follow import Progress
from gateway.referring.refusals import Refused
from gateway.referring.rows import ReferringTable
from gateway.schema.branch import REGION_STEPS, REVISIONS, Branch
from gateway.site.errors import WrongEnd
from gateway.station import Clocks, Station, open_station

if TYPE_CHECKING:
    from gateway.exchange.ports import Handler
    from gateway.exchange.replies import TakeReply
    from gateway.insight.answer import Insight
    from gateway.liveness.drills import AskForDrills
    from gateway.liveness.look import Board
    from gateway.monitor.watch import Watch
    from gateway.referring.after_all import WithdrawAfterAll
    from gateway.referring.correspond import Correspond
    from gateway.referring.decline import Decline
    from gateway.referring.drafts import Drafts
    from gateway.referring.duty import Duty
    from gateway.referring.export import ExportReferral
    from gateway.referring.figures import Outside
    from gateway.referring.follow import Follow
    from gateway.referring.look import Look
    from gateway.referring.recognise import Recognise
    from gateway.referring.submit import Submit
    from gateway.retention.run import Retain
    from gateway.site.home import Home
    from gateway.statistics.figures import Figures
    from gateway.statistics.period import Period
    from gateway.wire.letters import Kind

__all__ = ["BRANCH", "TABLES", "Progress", "Refused", "follow", "handlers", "open_region", "submit"]

TABLES = ReferringTable.metadata
BRANCH = Branch("region", (TABLES,), REVISIONS / "region", REGION_STEPS)


@contextmanager
def open_region(home: "Home", clocks: Clocks | None = None) -> Iterator[Station]:
    """Open the region's site; raises WrongEnd for a municipality's, and what `open_station` raises."""
    if home.settings().unit.party != REGION:
        raise WrongEnd
    with open_station(home, clocks, BRANCH) as station:
        yield station


def handlers(station: Station) -> "Mapping[Kind, Handler]":
    """Tell which letters the region takes."""
    from gateway import upkeep
    from gateway.liveness.drills import TakeDrillAnswer
    from gateway.meetings.take import handlers as meeting_handlers
    from gateway.referring.figures import TakeFigures
    from gateway.referring.heard import TakeAcknowledgement, TakeNotOurs, TakeWithdrawal, take_closed
    from gateway.wire.letters import Kind

    return {
        Kind.ACKNOWLEDGEMENT: TakeDrillAnswer(
            station.vault, station.clocks.machine, TakeAcknowledgement(station.vault)
        ),
        Kind.NOT_OURS: TakeNotOurs(station.vault),
        Kind.CLOSED: take_closed,
        Kind.WITHDRAWAL: TakeWithdrawal(station.vault, station.clocks.machine),
        Kind.FIGURES: TakeFigures(station.vault),
        **meeting_handlers(station.vault),
        **upkeep.handlers(station),
    }


def take_reply(station: Station) -> "TakeReply":
    """Give what is done with an answer from a municipality's mail program."""
    from gateway.referring.replies import TakeReplies

    return TakeReplies(station.vault, station.clocks.machine)


def chores(station: Station) -> Sequence[Callable[[], int]]:
    """Tell what the region's daemon does by the clock."""
    from gateway import upkeep

    line = (upkeep.heartbeats(station).tick, drills(station).tick)
    given = (*line, duty(station).tick, correspond(station).tidy, after_all(station))
    kept = (station.checkpoints.tick, retain(station).tick)
    return (*upkeep.chores(station), *given, *kept, *upkeep.tell_keepers(station))


def after_restore(session: Session, now: datetime) -> None:
    """Let no citizen be given a number that another one may have."""
    from gateway.referring.submit import skip_numbers

    skip_numbers(session, now)


def drills(station: Station) -> "AskForDrills":
    """Give the quarterly TESTs that people acknowledge."""
    from gateway import upkeep
    from gateway.liveness.drills import AskForDrills

    clock, terms = station.clocks.machine, station.settings.keeping
    return AskForDrills(station.database, station.post, clock, lambda: station.unit, terms, upkeep.parties(station))


def board(station: Station) -> "Board":
    """Give the board of the 19."""
    from gateway import upkeep
    from gateway.referring.attention import attention

    clocks = station.clocks
    return upkeep.board(station, lambda session: attention(session, clocks.machine() - clocks.rules()))


def watch(station: Station) -> "Watch":
    """Give what a monitor is told that only the region knows."""
    from gateway.monitor.watch import Watch
    from gateway.referring.run_out import RunOut

    return Watch(board(station), RunOut(station.vault, station.clocks.rules, station.settings.promise))


def after_all(station: Station) -> "WithdrawAfterAll":
    """Give the withdrawal of what was taken back and had arrived."""
    from gateway.referring.after_all import WithdrawAfterAll

    return WithdrawAfterAll(station.database, station.vault, station.post, station.clocks.rules, station.unit)


def submit(station: Station) -> "Submit":
    """Give the way a referral is handed in."""
    from gateway.referring.submit import Submit

    return Submit(station.database, station.vault, station.post, station.clocks.rules)


def drafts(station: Station) -> "Drafts":
    """Give the shift's drafts."""
    from gateway.referring.drafts import Drafts

    return Drafts(station.database, station.vault, station.clocks.rules)


def decline(station: Station) -> "Decline":
    """Give the way a citizen's no is taken."""
    from gateway.referring.decline import Decline

    return Decline(station.database, station.clocks.rules)


def recognise(station: Station) -> "Recognise":
    """Give the look-up of citizens who were referred before."""
    from gateway.referring.recognise import Recognise

    return Recognise(station.database, station.vault, station.clocks.rules)


def follow(station: Station, session: Session) -> "Follow":
    """Give the answers to where a referral is."""
    from gateway.referring.follow import Follow

    return Follow(session, station.vault, station.clocks.rules, station.settings.promise)


def retain(station: Station) -> "Retain":
    """Give what erases when the time has come."""
    from gateway.referring.erasing import EraseDrafts, EraseReferrals

    return station.retain(EraseReferrals(station.vault), EraseDrafts())


def look(station: Station) -> "Look":
    """Give what a person looks at."""
    from gateway.referring.look import Look

    return Look(station.database, station.vault, station.clocks.rules, station.settings.promise)


def insight(station: Station, session: Session, typed: str, with_staff: bool) -> "Insight":  # noqa: FBT001 - as typed
    """Gather what is held about one citizen, found by CPR or phone."""
    from gateway.referring.insight import Gather

    return Gather(session, station.vault, station.unit)(typed, station.clocks.rules(), with_staff=with_staff)


def export(station: Station) -> "ExportReferral":
    """Give what takes one referral out as a message."""
    from gateway.medcom.message import Party
    from gateway.referring.export import ExportReferral

    own = Party.known_as(station.unit, station.settings.medcom)
    return ExportReferral(station.database, station.vault, station.clocks.rules, own)


def duty(station: Station) -> "Duty":
    """Give the duty officer's list, and the clock behind it."""
    from gateway.referring.duty import Duty

    clocks, terms = station.clocks, station.settings.promise
    return Duty(station.database, station.vault, station.post, clocks.rules, terms, station.unit)


def correspond(station: Station) -> "Correspond":
    """Give the acts about a referral that was sent."""
    from gateway.referring.correspond import Correspond

    clocks = station.clocks
    return Correspond(station.database, station.vault, station.post, clocks.rules, clocks.machine, station.unit)


def figures(station: Station, session: Session, period: "Period", now: datetime) -> "Figures":
    """Count what the region holds."""
    from gateway.referring.counting import Counting

    return Counting(session, station.vault)(period, now)


def outside(station: Station, session: Session) -> "Outside":
    """Give the figures that come from outside."""
    from gateway.referring.figures import Outside

    return Outside(session, station.vault)
