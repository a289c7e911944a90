"""`audit head` and `audit witnessed`: how far our log has come, and others' as we have seen it, to read aloud."""

from collections.abc import Sequence
from typing import Any, Final

from directory.book import AddressBook
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.audit.chain import Head
from gateway.audit.checkpoints import latest
from gateway.audit.trail import head
from gateway.audit.witness import Told, Whose, contradictions, told
from gateway.commands.console import DONE, Arguments, Commands, Console, signed_in
from gateway.language import gettext as _
from gateway.station import Opener
from gateway.terminal.dates import day_and_clock
from gateway.terminal.plain import one_line

SHORT: Final = 16
GROUP: Final = 4


def add_heads(audit: Commands, open_site: Opener) -> None:
    """Add `audit head` and `audit witnessed`."""
    _add_head(audit, open_site)
    _add_witnessed(audit, open_site)


def short(reached: Head) -> str:
    """Write a head as it is read aloud: its number, and sixteen digits of its hash in groups of four."""
    groups = [reached.hash[at : at + GROUP] for at in range(0, SHORT, GROUP)]
    return f"{reached.seq}:{'-'.join(groups)}"


def head_facts(reached: Head) -> dict[str, Any]:
    """Give a head as JSON values."""
    return {"seq": reached.seq, "hash": reached.hash, "short": short(reached)}


def _add_head(audit: Commands, open_site: Opener) -> None:
    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.VERIFY_LOG, station.clocks.machine()) as deed:
                reached, signed = head(deed.session), latest(deed.session)
        facts = {**head_facts(reached), "signed": {"seq": signed.seq, "at": signed.at.isoformat()} if signed else None}
        when = day_and_clock(signed.at) if signed else "-"
        last = signed.seq if signed else "-"
        console.answer(
            facts,
            _("The head of the log: {head}").format(head=short(reached)),
            _("Last signed: entry {seq}, {when}").format(seq=last, when=when),
        )
        return DONE

    audit.add_parser("head", help=_("how far the log has come, to read aloud")).set_defaults(run=show)


def _add_witnessed(audit: Commands, open_site: Opener) -> None:
    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.VERIFY_LOG, station.clocks.machine(), "") as deed:
                heads = _newest(told(deed.session, arguments.party))
                wrong = [one for one in contradictions(deed.session) if arguments.party in {None, one.party}]
                names = _party_names(AddressBook(deed.session), {one.party for one in heads})
        facts = {
            "witnessed": [_told_facts(one) for one in heads],
            "contradicting": [_told_facts(one) for one in wrong],
        }
        lines = [_witnessed_line(one, names[one.party]) for one in heads] or [_("Nobody has told us anything yet.")]
        console.answer(facts, *lines, *(_contradicting_line(one, names[one.party]) for one in wrong))
        return DONE

    parser = audit.add_parser("witnessed", help=_("what we have seen of the other end's log, to read aloud"))
    parser.add_argument("party", nargs="?", metavar=_("PARTY"), help=_("only this one's (a municipality's code)"))
    parser.set_defaults(run=show)


def _newest(heads: Sequence[Told]) -> list[Told]:
    """Keep the farthest head of each trail, and the one that was told first where two contradict."""
    farthest: dict[tuple[str, Whose], Told] = {}
    for one in heads:
        kept = farthest.setdefault((one.party, one.whose), one)
        if one.head.seq > kept.head.seq:
            farthest[one.party, one.whose] = one
    return sorted(farthest.values(), key=lambda one: (one.party, one.whose.value))


def _party_names(book: AddressBook, parties: set[str]) -> dict[str, str]:
    contacts = {party: book.contact(party) for party in parties}
    return {party: one_line(known.unit_name) if known else party for party, known in contacts.items()}


def _told_facts(one: Told) -> dict[str, Any]:
    return {
        "party": one.party,
        "whose": one.whose.value,
        **head_facts(one.head),
        "seen_at": one.seen_at.isoformat(),
    }


def _witnessed_line(one: Told, name: str) -> str:
    said = _("We have seen of {name}: {head}, {when}")
    if one.whose is Whose.OURS:
        said = _("{name} has seen of us: {head}, {when}")
    return said.format(name=name, head=short(one.head), when=day_and_clock(one.seen_at))


def _contradicting_line(one: Told, name: str) -> str:
    said = _("It contradicts what {name} told before: {head}, {when}. Ask them to verify their log.")
    if one.whose is Whose.OURS:
        said = _("Our own log does not hold what {name} has seen of it: {head}, {when}. Verify it (audit verify).")
    return said.format(name=name, head=short(one.head), when=day_and_clock(one.seen_at))
