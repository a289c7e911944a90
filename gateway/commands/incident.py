"""`audit incident`: the facts about a mis-sent referral, for the notice within 72 hours (S34)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from directory import municipalities
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import DONE, NOT_FOUND, Arguments, Commands, Console, signed_in
from gateway.exchange.ports import Passage
from gateway.insight.words import LABELS
from gateway.language import gettext as _
from gateway.language import mark
from gateway.referring.incident import Incident, Sealing, Sent, incident
from gateway.referring.words import STATES
from gateway.station import Opener
from gateway.terminal.dates import day_and_clock, phone
from gateway.terminal.plain import one_line
from gateway.wire.letters import HEADINGS
from keys.fingerprint import Fingerprint

PASSAGES: Final[Mapping[str, str]] = {
    Passage.ACCEPTED: mark("the mail server accepted it"),
    Passage.UNCERTAIN: mark("the connection broke; the mail server may have accepted it"),
    Passage.NOT_REACHED: mark("it never left: the mail server was not reached"),
    Passage.REFUSED: mark("the mail server refused it"),
    "": mark("it was sealed, and nothing is known of whether it left"),
}


def add_incident(audit: Commands, open_site: Opener) -> None:
    """Add `audit incident`."""

    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.EXPORT_INCIDENT, station.clocks.machine()) as deed:
                found = incident(deed.session, station.vault, arguments.letter)
                deed.about = found.conversation_id if found else ""
        if found is None:
            console.failure("NOT_FOUND", _("There is no referral with that number or id."))
            return NOT_FOUND
        console.answer(_facts(found), *_lines(found))
        return DONE

    parser = audit.add_parser("incident", help=_("the facts about a mis-sent referral, for Datatilsynet"))
    parser.add_argument("letter", metavar=_("REFERRAL"), help=_("its number, its id or your reference"))
    parser.set_defaults(run=show)


def _facts(found: Incident) -> dict[str, Any]:
    unit = found.unit
    return {
        "number": found.number,
        "referral_id": found.referral_id,
        "conversation_id": found.conversation_id,
        "submitted_at": found.submitted_at.isoformat(),
        "recipient": {
            "party": found.municipality,
            "name": _place(found.municipality),
            "unit": unit.unit_name if unit else None,
            "address": unit.email if unit else None,
            "phone": unit.phone if unit else None,
        },
        "letters": [_sent_facts(sent) for sent in found.letters],
        "acknowledged_by_unit": found.acknowledged_by_unit,
        **{
            name: _iso(getattr(found, name))
            for name in ("acknowledged_at", "answered_at", "withdrawn_at", "cancelled_at")
        },
    }


def _sent_facts(sent: Sent) -> dict[str, Any]:
    return {
        "letter_id": sent.letter_id,
        "kind": sent.kind.value,
        "written_at": sent.written_at.isoformat(),
        "state": sent.state.value,
        "reason": sent.reason or None,
        "data": list(sent.fields) if sent.fields is not None else None,
        "envelopes": [_sealing_facts(sealing) for sealing in sent.sealings],
        "received_at": _iso(sent.received_at),
        "receipt_digest": sent.receipt_digest,
    }


def _sealing_facts(sealing: Sealing) -> dict[str, Any]:
    return {
        "envelope_id": sealing.envelope_id,
        "sealed_at": sealing.made_at.isoformat(),
        "address": sealing.address,
        "sealed_to": sealing.sealed_to,
        "signed_by": sealing.signed_by,
        "digest": sealing.digest,
        "passage": sealing.passage or None,
        "bounced": sealing.bounced or None,
    }


def _lines(found: Incident) -> Iterator[str]:
    yield _("Facts about referral {number}, for the notice to Datatilsynet within 72 hours").format(number=found.number)
    yield _("Written {when}").format(when=day_and_clock(found.submitted_at))
    yield _("Recipient: {name}").format(name=_recipient(found))
    for sent in found.letters:
        yield ""
        yield from _letter_lines(sent)
    yield ""
    yield from _outcome(found)


def _recipient(found: Incident) -> str:
    if found.unit is None:
        return _place(found.municipality)
    unit = found.unit
    return ", ".join((_place(found.municipality), one_line(unit.unit_name), one_line(unit.email), phone(unit.phone)))


def _letter_lines(sent: Sent) -> Iterator[str]:
    yield _("{letter}: {state}").format(letter=_(HEADINGS[sent.kind]), state=_(STATES.get(sent.state, sent.state)))
    if sent.fields is None:
        yield _("  Which data it held is no longer known: the content has been erased.")
    else:
        yield _("  Kinds of data: {names}").format(names=", ".join(_named(sent.fields)))
    for sealing in sent.sealings:
        yield from _sealing_lines(sealing)
    if sent.received_at is not None:
        yield _("  Receipt from the recipient's gateway {when}, of content with SHA-256 {digest}").format(
            when=day_and_clock(sent.received_at), digest=sent.receipt_digest or "-"
        )
    else:
        yield _("  No receipt: it is not known that anybody has opened it.")


def _named(fields: tuple[str, ...]) -> list[str]:
    """Put what was filled into words, each once."""
    words = (_(LABELS.get(path.rpartition(".")[2], path)) for path in fields)
    return list(dict.fromkeys(words))


def _sealing_lines(sealing: Sealing) -> Iterator[str]:
    yield _("  Sealed {when} for {address}: {passage}").format(
        when=day_and_clock(sealing.made_at),
        address=one_line(sealing.address),
        passage=_(PASSAGES.get(sealing.passage, sealing.passage)),
    )
    yield _("    encrypted to the key {key}").format(key=Fingerprint(sealing.sealed_to).grouped)
    yield _("    signed by the key     {key}").format(key=Fingerprint(sealing.signed_by).grouped)
    if sealing.bounced:
        yield _("    came back: {code}").format(code=sealing.bounced)


def _outcome(found: Incident) -> Iterator[str]:
    """Say what is known of whether a person has read it."""
    if found.cancelled_at is not None:
        yield _("Taken back before it was sent, {when}.").format(when=day_and_clock(found.cancelled_at))
    if found.acknowledged_at is not None:
        yield _("Taken over by {unit}, {when}.").format(
            unit=one_line(found.acknowledged_by_unit or "-"), when=day_and_clock(found.acknowledged_at)
        )
    else:
        yield _("Nobody has acknowledged it.")
    if found.answered_at is not None:
        yield _("Answered that the citizen is not theirs, {when}.").format(when=day_and_clock(found.answered_at))
    if found.withdrawn_at is not None:
        yield _("The consent was withdrawn {when}.").format(when=day_and_clock(found.withdrawn_at))
    yield _("The letters were encrypted all the way. Only the owner of the key named here can have opened them.")


def _place(code: str) -> str:
    known = municipalities.by_code(code)
    return known.official_name if known else code


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
