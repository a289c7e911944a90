"""A letter through the seal: what a forger, a passer-on or a stranger can try, with real GnuPG."""

import json
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import bodies
import pytest
import sites
from icalendar import Calendar
from sites import FAVRSKOV, RANDERS

from directory.book import AddressBook, PinnedKeyRow
from directory.model import REGION
from gateway.exchange.sealing import open_letter
from gateway.language import danish
from gateway.referring.example import example
from gateway.wire import envelope as mail
from gateway.wire import payload as wire
from gateway.wire.errors import EnvelopeDisagrees, NotForThisUnit, SenderDiffers
from gateway.wire.letters import Kind, Letter, new_id
from gateway.wire.mail_limits import MAIL_BYTES
from gateway.wire.referral import LARGEST, Referral
from keys.errors import Damaged, NotForUs, SignedInFuture, WrongSigner
from keys.sealing import seal


def opened(site, raw, now=None):
    station = site.station
    with site.database.reading() as session:
        book = AddressBook(session)
        return open_letter(raw, own=station.own.reader, book=book, keyring=station.keyring, now=now or site.clock())


def payload_of(by, letter, **changes):
    """Write a letter's payload as its sender would, with parts of it changed."""
    to = sites.contact_of(letter.to_party).email
    reader = wire.address(letter.to_party, to, sites.KEYS[letter.to_party])
    payload = wire.written(letter, sender=by.station.own.on_the_wire, reader=reader, now=by.clock())
    return payload.model_copy(update=changes).encoded()


def outside_of(by, to=RANDERS, **changes):
    return replace(mail.Outside(by.address, sites.contact_of(to).email, new_id(), by.clock()), **changes)


def named(by, **changes):
    return by.station.own.on_the_wire.model_copy(update=changes)


def test_a_sealed_letter_opens_at_the_one_it_is_for(region, randers):
    letter = sites.referral("Døren er åben")
    made = sites.sealed(region, letter)
    found = opened(randers, made.content)
    assert (found.payload.body, found.payload.letter_id) == (letter.body, letter.letter_id)
    assert (found.party, found.signed_by, found.automatic) == (REGION, region.key, False)
    assert (found.digest, found.envelope_id) == (made.digest, made.envelope_id)
    assert abs(found.signed_at - region.clock()) < timedelta(minutes=5)


def test_the_letter_is_filled_to_whole_blocks(region, randers, monkeypatch):
    sealed = []

    def spying(keyring, content, **who):
        sealed.append(content)
        return seal(keyring, content, **who)

    monkeypatch.setattr("gateway.exchange.sealing.seal", spying)
    for text in ("", "Ja", "ø" * 5000, "Borgeren ringer igen. " * 321):
        opened(randers, sites.sealed(region, sites.referral(text)).content)
    assert [len(content) % mail.BLOCK for content in sealed] == [0] * 4


def test_the_subject_inside_is_a_fixed_heading_and_the_number(region, monkeypatch):
    """E9."""
    contents = []
    monkeypatch.setattr("gateway.exchange.sealing.seal", lambda k, c, **who: contents.append(c) or seal(k, c, **who))
    sites.sealed(region, sites.referral())
    assert message_from_bytes(contents[0])["Subject"] == f"{danish('Concern referral')} 2026-0042"


def test_no_one_else_can_open_it(region, favrskov):
    made = sites.sealed(region, sites.referral())
    with pytest.raises(NotForUs):
        opened(favrskov, made.content)


def test_a_letter_by_a_key_that_is_not_pinned_is_not_believed(region, randers, favrskov):
    """Favrskov's key lies in the ring of Randers, and is trusted for nothing there."""
    payload = payload_of(favrskov, sites.referral(), from_=region.station.own.on_the_wire)
    raw = sites.forged(favrskov, payload, outside_of(region), reader=randers.key)
    with pytest.raises(WrongSigner):
        opened(randers, raw)


def test_a_letter_by_the_unit_itself_is_not_believed(region, randers):
    raw = sites.forged(randers, payload_of(region, sites.referral()), outside_of(region), reader=randers.key)
    with pytest.raises(WrongSigner):
        opened(randers, raw)


def test_a_pinned_party_cannot_write_under_anothers_address(region, randers, favrskov):
    """Favrskov signs what says it comes from Randers: every header agrees, only the key does not."""
    letter = sites.acknowledgement(new_id())
    payload = payload_of(randers, letter)
    raw = sites.forged(favrskov, payload, outside_of(randers, REGION), reader=region.key)
    with pytest.raises(SenderDiffers):
        opened(region, raw)


@pytest.mark.parametrize(
    "claim", [{"party": RANDERS}, {"fingerprint": "A" * 40}, {"address": "sikkerpost@randers.example"}], ids=str
)
def test_a_pinned_party_cannot_put_another_name_into_its_letter(region, favrskov, claim):
    payload = payload_of(favrskov, sites.acknowledgement(new_id()), from_=named(favrskov, **claim))
    raw = sites.forged(favrskov, payload, outside_of(favrskov, REGION), reader=region.key)
    with pytest.raises(SenderDiffers):
        opened(region, raw)


def test_an_address_the_party_is_not_known_by_is_not_believed(region, randers):
    other = {"address": "henvendelser@elsewhere.example"}
    payload = payload_of(region, sites.referral(), from_=named(region, **other))
    raw = sites.forged(region, payload, outside_of(region, sender=other["address"]), reader=randers.key)
    with pytest.raises(SenderDiffers):
        opened(randers, raw)


def test_a_letter_passed_on_to_another_municipality_is_not_taken_there(region, randers, favrskov):
    """Surreptitious forwarding: sealed anew by the sender's own hand, but about somebody else."""
    payload = payload_of(region, sites.referral())
    raw = sites.forged(region, payload, outside_of(region, FAVRSKOV), reader=favrskov.key)
    with pytest.raises(NotForThisUnit):
        opened(favrskov, raw)
    assert opened(randers, sites.forged(region, payload, outside_of(region), reader=randers.key)).payload


@pytest.mark.parametrize("claim", [{"party": FAVRSKOV}, {"fingerprint": "A" * 40}, {"address": "a@b.example"}], ids=str)
def test_a_letter_that_names_another_reader_is_not_taken(region, randers, claim):
    to = randers.station.own.on_the_wire.model_copy(update=claim)
    raw = sites.forged(region, payload_of(region, sites.referral(), to=to), outside_of(region), reader=randers.key)
    with pytest.raises(NotForThisUnit):
        opened(randers, raw)


def test_an_envelope_addressed_elsewhere_outside_and_inside_is_not_taken(region, randers):
    elsewhere = outside_of(region, FAVRSKOV)
    raw = sites.forged(region, payload_of(region, sites.referral()), elsewhere, reader=randers.key)
    with pytest.raises(NotForThisUnit):
        opened(randers, raw)


@pytest.mark.parametrize("field", ["sender", "recipient", "envelope_id"])
def test_an_envelope_that_was_changed_on_the_way_is_not_believed(region, randers, field):
    inside = outside_of(region)
    outer = {"sender": region.address, "recipient": "x@y.example", "envelope_id": new_id()} | {"sender": inside.sender}
    if field == "sender":
        inside = replace(inside, sender="else@region.example")
    changed = replace(inside, **{field: outer[field]})
    raw = sites.forged(region, payload_of(region, sites.referral()), changed, reader=randers.key, inside=inside)
    with pytest.raises(EnvelopeDisagrees):
        opened(randers, raw)


def test_a_tampered_ciphertext_gives_nothing(region, randers):
    made = sites.sealed(region, sites.referral()).content
    place = made.index(b"-----BEGIN PGP") + 900
    flipped = bytes([made[place] ^ 1 if chr(made[place] ^ 1).isalnum() else ord("A") + (made[place] == ord("A"))])
    with pytest.raises(Damaged):
        opened(randers, made[:place] + flipped + made[place + 1 :])


def test_a_signature_from_the_future_is_not_believed(region, randers):
    made = sites.sealed(region, sites.referral())
    with pytest.raises(SignedInFuture):
        opened(randers, made.content, now=randers.clock() - timedelta(hours=1))


def test_a_letter_by_the_key_that_was_replaced_is_not_believed(region, randers, favrskov):
    """The key that counts is the one pinned now; what a signature says of its own date proves nothing."""
    made = sites.sealed(region, sites.referral())
    with randers.database.session() as session:
        for row in session.exec(sites.select(PinnedKeyRow)):
            session.delete(row)
        session.flush()
        AddressBook(session).pin(sites.pinned(favrskov.station, favrskov.key, randers.clock(), REGION))
    with pytest.raises(WrongSigner):
        opened(randers, made.content)


@pytest.mark.parametrize("content", [b"", b"{}", b"Hej", b'{"schema": 1}'])
def test_what_the_right_party_signed_and_nobody_can_read_is_known_by_its_digest(region, randers, content):
    raw = sites.forged(region, content, outside_of(region), reader=randers.key)
    found = opened(randers, raw)
    assert (found.payload, found.digest, found.party) == (None, wire.digest(content), REGION)


def test_the_largest_referral_that_refer_takes_fits_into_a_mail(region, randers):
    """E18: the text is first-class, and long; nothing that was accepted at the desk may be too large to send."""
    written = example(RANDERS, region.clock()) | {"text": "\N{PEDESTRIAN}" * 20_000, "urgency_remark": "å" * 20_000}
    written["consent"] |= {"scope": "ø" * 20_000, "information_given": "æ" * 20_000}
    body = {"referral": Referral.parse(written).as_json()}
    made = sites.sealed(region, Letter(Kind.REFERRAL, new_id(), RANDERS, "2026-0001", body))
    assert LARGEST * 0.75 < len(json.dumps(body, ensure_ascii=False).encode()) < LARGEST
    assert len(made.content) < MAIL_BYTES / 2
    assert opened(randers, made.content).payload.body == body


def sealed_contents(monkeypatch):
    """Keep what is sealed, as it is before encryption."""
    contents = []
    monkeypatch.setattr("gateway.exchange.sealing.seal", lambda k, c, **who: contents.append(c) or seal(k, c, **who))
    return contents


ABOUT_MEETINGS = [
    (Kind.MEETING, bodies.MEETING, "REQUEST"),
    (Kind.MEETING_ANSWER, bodies.MEETING_ANSWER, "REPLY"),
    (Kind.MEETING_CANCELLED, bodies.MEETING_CANCELLED, "CANCEL"),
]


@pytest.mark.parametrize(("kind", "body", "method"), ABOUT_MEETINGS, ids=[row[0] for row in ABOUT_MEETINGS])
def test_a_meeting_travels_with_its_calendar_entry_inside_the_seal(region, randers, monkeypatch, kind, body, method):
    """F5; RFC 6047, section 2.4."""
    contents = sealed_contents(monkeypatch)
    made = sites.sealed(region, Letter(kind, new_id(), RANDERS, "2026-0042", body))
    found = opened(randers, made.content)
    parts = message_from_bytes(contents[0]).get_payload()
    assert [part.get_content_type() for part in parts] == ["text/plain", "application/json", "text/calendar"]
    assert (parts[2].get_param("method"), parts[2].get_content_charset()) == (method, "utf-8")
    (event,) = Calendar.from_ical(parts[2].get_payload(decode=True)).subcomponents
    assert (event["UID"], event["ORGANIZER"] == f"mailto:{region.address}") == (
        *(bodies.MEETING_ID, kind is not Kind.MEETING_ANSWER),
    )
    assert found.payload.body == body
    assert b"VCALENDAR" not in made.content


@pytest.mark.parametrize("place", ["", "R", "Rådhuset " * 60, "ø\r\nEND:VCALENDAR\r\n--" * 20])
def test_a_meeting_fills_whole_blocks_too_and_is_let_through(region, randers, monkeypatch, place):
    contents = sealed_contents(monkeypatch)
    body = bodies.MEETING | {"place": place[:500]}
    made = sites.sealed(region, Letter(Kind.MEETING, new_id(), RANDERS, "2026-0042", body))
    assert opened(randers, made.content).payload.body == body
    assert len(contents[0]) % mail.BLOCK == 0
    assert max(map(len, contents[0].split(mail.CRLF))) <= 998


def test_a_calendar_entry_that_says_something_else_changes_nothing(region, randers):
    """The payload is what counts; what a forger or a faulty peer puts beside it is never read."""
    payload = payload_of(region, sites.referral("Det, der gælder"))
    words = mail.Words("Henvendelse", "Tekst", mail.CalendarPart("REQUEST", b"BEGIN:VCALENDAR\r\nnonsense"))
    outside = outside_of(region)
    sealed = seal(region.station.keyring, mail.fill(outside, words, payload), signer=region.key, reader=randers.key)
    found = opened(randers, mail.wrap(sealed.ciphertext, outside))
    assert found.payload.body == {"referral": {"text": "Det, der gælder"}}


def test_other_letters_have_no_third_part(region, monkeypatch):
    contents = sealed_contents(monkeypatch)
    sites.sealed(region, sites.referral())
    assert len(message_from_bytes(contents[0]).get_payload()) == 2
