"""A party's page in sections: what is wrong, what waits, how it is reached, its key, what was before. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from directory.model import PinnedKey, is_party
from gateway.contacts.model import Change
from gateway.keeping import words
from gateway.keeping.ports import Known
from gateway.language import gettext as _
from gateway.liveness.board import Grade
from gateway.liveness.words import advice, said
from gateway.terminal import dates
from gateway.terminal.plain import one_line
from gateway.terminal.sections import Section, Tone
from keys.fingerprint import Fingerprint


def sections(known: Known, changes: Sequence[Change], command: str, now: datetime) -> tuple[Section, ...]:
    """Lay the page out, what needs somebody first."""
    return (
        *_wrong(known),
        *(_open(one, known, now) for one in changes if one.is_open),
        *_enrolling(known, changes),
        *_contact(known),
        *_key(known, now, command),
        _alive(known, now),
        *_before(known, changes, command),
    )


def grouped(fingerprint: Fingerprint) -> str:
    """Write a fingerprint in two lines of five groups, to read aloud."""
    return "\n".join("   ".join(half.split()) for half in fingerprint.grouped.split("  "))


def _wrong(known: Known) -> Iterator[Section]:
    """Say what is wrong, and what to do about it; what is merely worth knowing stands below."""
    told = [one for one in known.row.remarks if one.grade is not Grade.GREEN]
    if not told:
        return
    lines = [f"{words.SIGNS[one.grade]} {_first_up(one_line(said(one)))}\n{one_line(advice(one))}" for one in told]
    red = known.row.grade is Grade.RED
    yield Section(Tone.ALERT if red else Tone.REMARK, _("What needs somebody"), "\n".join(lines))


def _open(change: Change, known: Known, now: datetime) -> Section:
    lines = words.differences(known.contact, change.contact) if change.contact else ()
    key = ((_("New key"), grouped(change.fingerprint)),) if change.fingerprint else ()
    about = (
        *lines,
        *key,
        (_("From"), dates.day(change.valid_from)),
        (_("Asked for by"), words.proposed(change)),
        (_("Confirmed"), words.confirmed(change)),
    )
    heading = _("Under way: {what}").format(what=words.what(change))
    return Section(Tone.LEAD, heading, words.waits_for(change, now), about)


def _enrolling(known: Known, changes: Sequence[Change]) -> Iterator[Section]:
    """Lead through the first enrolment, as far as it has come."""
    if known.contact and known.key:
        return
    waiting = [one for one in changes if one.is_open]
    has_contact = bool(known.contact) or any(one.contact for one in waiting)
    has_key = bool(known.key) or any(one.fingerprint for one in waiting)
    steps = (
        (has_contact, _("K: enter their unit, address and phone")),
        (has_key, _("N: enter the key they have sent")),
        (bool(known.key), _("B: a colleague rings them, and both fingerprints are read aloud")),
        (bool(known.contact and known.key), _("A TEST goes there, and the signed answer comes by itself")),
    )
    lines = [f"{'✓' if done else number} {text}" for number, (done, text) in enumerate(steps, 1)]
    yield Section(Tone.LEAD, _("To be enrolled, in five minutes by phone"), "\n".join(lines))


def _contact(known: Known) -> Iterator[Section]:
    contact = known.contact
    if contact is None:
        return
    held = (
        (_("Since"), dates.day(contact.valid_from)),
        (_("Entered by"), _who(known, contact.entered_by)),
        (_("Confirmed by"), _who(known, contact.confirmed_by)),
    )
    yield Section(Tone.FACTS, _("Contact"), facts=(*words.facts(contact), *held))


def _key(known: Known, now: datetime, command: str) -> Iterator[Section]:
    key = known.key
    if key is None:
        return
    judged = known.row.facts.key
    ends = words.until(judged.ends_at, now) if judged and judged.made_at else _("cannot be read")
    yield Section(
        Tone.FACTS,
        _("Key"),
        facts=(
            (_("Fingerprint"), grouped(key.fingerprint)),
            (_("Since"), dates.day(key.valid_from)),
            (_("Entered by"), _who(known, key.pinned_by)),
            (_("Compared by"), _who(known, key.confirmed_by)),
            (_("Ends"), ends),
            (_("Sealed to it"), _exposed(command, key)),
        ),
    )


def _alive(known: Known, now: datetime) -> Section:
    facts = known.row.facts
    verified = known.contact.verified_at if known.contact else None
    bounced = _("{bounced} of {sent} came back").format(bounced=facts.bounced, sent=facts.envelopes)
    told = (
        (_("TEST answered"), words.ago(facts.heartbeat_at, now)),
        (_("Heard"), words.ago(facts.heard_at, now)),
        (_("A person answered"), words.ago(facts.person_at, now)),
        (_("Contact verified"), words.ago(verified, now)),
        (_("Letters, 90 days"), bounced),
    )
    return Section(Tone.FACTS, _("Signs of life"), facts=told)


def _before(known: Known, changes: Sequence[Change], command: str) -> Iterator[Section]:
    contacts = [
        (_span(one.valid_from, one.valid_to), f"{one_line(one.email)}  {dates.phone(one.phone)}")
        for one in reversed(known.contacts)
        if one.valid_to
    ]
    keys = [
        (_span(one.valid_from, one.valid_to), _past_key(one, command)) for one in reversed(known.keys) if one.valid_to
    ]
    past = [(dates.day(one.proposed_at), _past(one)) for one in changes if not one.is_open]
    for heading, facts in ((_("Earlier contacts"), contacts), (_("Earlier keys"), keys), (_("Earlier changes"), past)):
        if facts:
            yield Section(Tone.FACTS, heading, facts=tuple(facts))


def _past(change: Change) -> str:
    end = _(words.ENDED[change.reason]) if change.reason in words.ENDED else _("carried out")
    return words.SEPARATOR.join((words.what(change), words.proposed(change), end))


def _past_key(key: PinnedKey, command: str) -> str:
    given_up = _("given up: lost or stolen") + "\n" if key.revoked_at else ""
    return f"{given_up}{grouped(key.fingerprint)}\n{_exposed(command, key)}"


def _exposed(command: str, key: PinnedKey) -> str:
    """Name the command that lists the letters sealed to a key (S34)."""
    return f"{command} keys exposed {key.fingerprint}"


def _span(since: datetime, until: datetime | None) -> str:
    return f"{dates.short_day(since)} – {dates.day(until)}" if until else dates.day(since)


def _who(known: Known, who: str) -> str:
    """Name who did something; who has left, or was no person, stands as it is written."""
    if is_party(who):
        return _("themselves, by a signed letter")
    return one_line(known.names.get(who, who)) or words.NONE


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
