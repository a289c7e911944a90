"""Hostile mail, all the way in: never an exception, never taken, never answered, and always told why in words."""

import base64
import threading
from dataclasses import replace
from datetime import timedelta

import pysequoia
import pytest
import reports
import sites
from sites import RANDERS
from test_bounce_reports import HOSTILE
from test_letter_sealing import outside_of, payload_of
from test_unwrap import SPOILED

from directory.model import REGION
from gateway.adapters.smtp_in import NOT_NOW, Doorkeeper
from gateway.exchange.arrivals import Store
from gateway.exchange.rows import ArrivalRow, OutgoingRow, TakenRow
from gateway.terminal.quarantine_words import REASONS
from gateway.wire import envelope as mail
from gateway.wire.letters import new_id
from keys import packets

MEGABYTE = 1024 * 1024


def crossing(region, **changes):
    return sites.sealed(region, sites.referral(**changes)).content


def assert_kept_apart(site, raw, *codes):
    """The mail ends in quarantine for one of the reasons, which has its words, and nobody hears of it."""
    outcome, reason = site.take(raw)
    assert outcome == "quarantined"
    assert reason in codes
    assert reason in REASONS
    assert_silent(site)


def assert_silent(site):
    """Nothing was taken, and nobody was answered."""
    assert site.remembers_nothing()
    assert not site.rows(OutgoingRow)


def come_in(site, raw, *, from_nobody):
    return Store(site.database, site.station.vault, site.clock, site.clock)(raw, from_nobody=from_nobody)


def armored(binary: bytes) -> bytes:
    return pysequoia.armor(binary, pysequoia.ArmorKind.Message).encode()


def sealed_by_hand(by, reader, *options, content=b"Hej"):
    """Let plain gpg write what the key ring would never write; gives it in an envelope that is in order."""
    ring = by.station.keyring
    made = ring.gpg.act("--armor", "--recipient", reader, *options, data=content, passphrase=ring.passphrase)
    assert made.data, made.stderr
    return mail.wrap(made.data, outside_of(by))


def binary_of(raw: bytes) -> bytes:
    return packets.dearmor(mail.unwrap(raw).ciphertext, kind=b"MESSAGE")


def rewrapped(region, binary: bytes) -> bytes:
    return mail.wrap(armored(binary), outside_of(region))


# The outside


def test_a_mail_in_another_form_is_kept_apart(randers):
    for name, spoiled in SPOILED.items():
        assert randers.take(spoiled) == ("quarantined", "NOT_AN_ENVELOPE"), name
    assert_silent(randers)


@pytest.mark.parametrize("from_nobody", [True, False])
def test_a_mail_that_looks_like_a_report_ends_without_a_trace_or_is_kept_apart(randers, from_nobody):
    for name, raw in HOSTILE.items():
        outcome = randers.receive(come_in(randers, raw, from_nobody=from_nobody))
        assert outcome in {"quarantined", "bounce", "automatic"}, name
    assert_silent(randers)


def test_fifty_megabytes_are_kept_apart_without_being_parsed(randers):
    """The door takes two; were they ever to come another way, they are no letter either."""
    assert_kept_apart(randers, crossing_of_size(50 * MEGABYTE), "NOT_AN_ENVELOPE")


def crossing_of_size(size: int) -> bytes:
    return b"From: a@b.example\r\nContent-Type: multipart/encrypted\r\n\r\n" + b"x" * size


def wrapped_by_a_list(raw: bytes) -> bytes:
    """Do what a mailing list or a scanner does: the letter as one part of several."""
    inner = raw[raw.index(b"Content-Type: multipart/encrypted") :]
    head = (
        raw[: raw.index(b"MIME-Version")] + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n'
    )
    return head + b"--m\r\n" + inner + b"\r\n--m\r\nContent-Type: text/plain\r\n\r\nScannet\r\n--m--\r\n"


def flattened(raw: bytes) -> bytes:
    """Do what some gateways do: the armor in a plain text."""
    head = raw[: raw.index(b"MIME-Version")]
    return head + b"Content-Type: text/plain\r\n\r\n" + mail.unwrap(raw).ciphertext


def as_an_attachment(raw: bytes) -> bytes:
    head = (
        raw[: raw.index(b"MIME-Version")] + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n'
    )
    encoded = base64.encodebytes(mail.unwrap(raw).ciphertext)
    part = b"--m\r\nContent-Type: application/pgp-encrypted\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encoded
    return head + part + b"\r\n--m--\r\n"


@pytest.mark.parametrize("from_nobody", [True, False])
def test_a_real_letter_that_was_wrapped_anew_is_kept_apart_where_a_person_sees_it(region, randers, from_nobody):
    """It says of itself that a machine wrote it, and is still no machine's answer that ends unseen."""
    for change in (wrapped_by_a_list, flattened, as_an_attachment):
        arrival = come_in(randers, change(crossing(region)), from_nobody=from_nobody)
        assert randers.receive(arrival) == "quarantined", change.__name__
    assert_silent(randers)


# The seal


def test_a_letter_that_is_only_encrypted_is_kept_apart(region, randers):
    assert_kept_apart(randers, sealed_by_hand(region, randers.key, "--encrypt"), "UNSIGNED")


def test_a_letter_that_is_only_signed_is_kept_apart(region, randers):
    assert_kept_apart(
        randers, sealed_by_hand(region, randers.key, "--local-user", region.key, "--sign"), "NOT_ENCRYPTED"
    )


def test_a_letter_sealed_by_a_stranger_is_kept_apart(region, randers, favrskov):
    payload = payload_of(region, sites.referral())
    raw = sites.forged(favrskov, payload, outside_of(region), reader=randers.key)
    assert_kept_apart(randers, raw, "WRONG_SIGNER")


def test_a_real_letter_sealed_once_more_by_a_stranger_is_kept_apart(region, randers, favrskov):
    """Nested: the true letter inside, under somebody else's seal."""
    outside = outside_of(region)
    raw = sites.forged(favrskov, b"{}", outside, reader=randers.key, change=lambda _content: crossing(region))
    assert_kept_apart(randers, raw, "WRONG_SIGNER")


@pytest.mark.parametrize("where", ["before", "after", "twice"])
def test_packets_beside_the_encrypted_one_are_kept_apart(region, randers, where):
    binary = binary_of(crossing(region))
    literal = b"\xcb\x09b\x00\x00\x00\x00\x00Hej"
    made = {"before": literal + binary, "after": binary + literal, "twice": binary + binary}[where]
    assert_kept_apart(randers, rewrapped(region, made), "DAMAGED", "NOT_ENCRYPTED")


def test_two_armored_letters_in_one_part_are_kept_apart(region, randers):
    first, second = (mail.unwrap(crossing(region)).ciphertext for _ in range(2))
    assert_kept_apart(randers, mail.wrap(first + b"\n" + second, outside_of(region)), "DAMAGED", "NOT_ENCRYPTED")


def test_two_encrypted_parts_are_kept_apart(region, randers):
    raw = crossing(region)
    part = raw[raw.rindex(b"Content-Type: application/octet-stream") : raw.rindex(b"\r\n--")]
    boundary = raw[raw.rindex(b"\r\n--") :].strip(b"-\r\n")
    doubled = raw[: raw.rindex(b"\r\n--")] + b"\r\n--" + boundary + b"\r\n" + part + b"\r\n--" + boundary + b"--\r\n"
    assert_kept_apart(randers, doubled, "NOT_AN_ENVELOPE")


def test_a_bomb_of_two_hundred_megabytes_is_kept_apart(region, randers):
    """GnuPG alone delivers it without a word."""
    bomb = sealed_by_hand(
        region,
        randers.key,
        *("--compress-algo", "zlib", "-z", "9", "--local-user", region.key, "--sign", "--encrypt"),
        content=bytes(200 * MEGABYTE),
    )
    assert len(bomb) < MEGABYTE
    assert_kept_apart(randers, bomb, "TOO_LARGE", "COMPRESSED")


def test_a_compressed_letter_is_kept_apart(region, randers):
    packed = ("--compress-algo", "zlib", "--local-user", region.key, "--sign", "--encrypt")
    assert_kept_apart(randers, sealed_by_hand(region, randers.key, *packed), "COMPRESSED")


# The inside


HEADERS = {
    "another From": lambda content: content.replace(b"From: henvendelser@", b"From: else@", 1),
    "another To": lambda content: content.replace(b"To: sikkerpost@", b"To: else@", 1),
    "another Message-ID": lambda content: content.replace(b"Message-ID: <", b"Message-ID: <x", 1),
    "a second From": lambda content: b"From: mallory@else.example\r\n" + content,
    "a second Subject": lambda content: b"Subject: Luk sagen\r\n" + content,
    "no From": lambda content: content.replace(b"From: ", b"X-From: ", 1),
    "no protection": lambda content: content.replace(b'hp="cipher"', b'hp="clear"', 1),
    "another outer subject": lambda content: content.replace(b"HP-Outer: Subject: [...]", b"HP-Outer: Subject: Hej", 1),
    "3,000 nested parts": lambda _content: SPOILED["3,000 nested parts"],
    "20,000 parts": lambda _content: SPOILED["20,000 parts"],
    "bytes": lambda _content: bytes(range(256)) * 8,
    "nothing": lambda _content: b" ",
}


def test_an_inside_that_does_not_agree_with_the_outside_is_kept_apart(region, randers):
    payload = payload_of(region, sites.referral())
    for name, change in HEADERS.items():
        raw = sites.forged(region, payload, outside_of(region), reader=randers.key, change=change)
        assert randers.take(raw) == ("quarantined", "ENVELOPE_DISAGREES"), name
    assert_silent(randers)


def test_an_envelope_within_the_sealed_letter_is_not_opened(region, randers):
    """Nested: what is inside is signed by the right one, and is no letter; the sender hears only that."""
    inner = crossing(region)

    def nest(content: bytes) -> bytes:
        head = content[: content.index(b"MIME-Version")]
        inside = inner[inner.index(b"Content-Type: multipart/encrypted") :].replace(
            b"multipart/encrypted;", b'multipart/encrypted; hp="cipher";', 1
        )
        return head + b"MIME-Version: 1.0\r\n" + inside

    raw = sites.forged(region, b"{}", outside_of(region), reader=randers.key, change=nest)
    assert randers.take(raw) == ("refused", "UNREADABLE")
    assert randers.remembers_nothing()


def test_keys_that_come_with_a_letter_are_never_taken_in(region, randers, favrskov):
    """Neither Autocrypt headers nor attached keys: a key is pinned by two people on the phone."""
    key = base64.b64encode(favrskov.station.keyring.export_public(favrskov.key))
    header = b"Autocrypt: addr=henvendelser@region.example; keydata=" + key[:600] + b"\r\n"
    attached = b"Content-Type: application/pgp-keys\r\nContent-Transfer-Encoding: base64\r\n\r\n" + key

    def attach(content: bytes) -> bytes:
        end = content.rindex(b"\r\n--")
        boundary = content[end:].strip(b"-\r\n")
        return header + content[:end] + b"\r\n--" + boundary + b"\r\n" + attached + content[end:]

    before = {pin.fingerprint for pin in pins(randers)}
    payload = payload_of(region, sites.referral())
    raw = sites.forged(region, payload, outside_of(region), reader=randers.key, change=attach)
    assert randers.take(header + raw) == ("taken", "")
    assert {pin.fingerprint for pin in pins(randers)} == before == {region.key}
    forged = sites.forged(favrskov, payload, outside_of(region), reader=randers.key, change=attach)
    assert randers.take(header + forged) == ("quarantined", "WRONG_SIGNER")


def pins(site):
    from directory.book import PinnedKeyRow  # noqa: PLC0415 - one use

    return site.rows(PinnedKeyRow)


# Again, later, and at the same moment


def test_a_letter_replayed_a_year_later_is_a_copy_still(region, randers):
    raw = crossing(region)
    assert randers.take(raw) == ("taken", "")
    (first,) = randers.receipts()
    randers.clock.go(timedelta(days=365))
    assert [randers.take(raw) for _ in range(3)] == [("duplicate", "")] * 3
    (again,) = randers.receipts()
    assert (again.letter_id, randers.said(again)) == (first.letter_id, randers.said(first))
    assert len(randers.taken) == 1


def test_a_letter_replayed_in_a_new_envelope_is_kept_apart(region, randers):
    """The envelope's id is sealed in: who cannot seal cannot make a copy look new."""
    raw = crossing(region)
    again = mail.wrap(mail.unwrap(raw).ciphertext, outside_of(region))
    assert_kept_apart(randers, again, "ENVELOPE_DISAGREES")


def test_a_receipt_replayed_a_year_later_changes_nothing(line, region, randers):
    letter = sites.referral()
    crossed = line.exchange(letter)
    receipt = randers.relay.crossed[-1][0]
    region.clock.go(timedelta(days=365))
    assert region.take(receipt) == ("duplicate", "")
    assert region.outgoing(letter.letter_id).state == "received"
    assert randers.take(crossed) == ("duplicate", "")


def test_two_copies_at_the_same_moment_are_one_letter_with_one_receipt(region, randers):
    letter = sites.referral()
    raws = [sites.sealed(region, letter).content for _ in range(2)]
    arrivals = [randers.store(raw) for raw in raws for _ in range(2)]
    start, outcomes = threading.Barrier(len(arrivals)), []

    def look(arrival):
        start.wait()
        outcomes.append(randers.receive(arrival))

    threads = [threading.Thread(target=look, args=(arrival,)) for arrival in arrivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["duplicate"] * 3 + ["taken"]
    assert (len(randers.taken), len(randers.receipts()), len(randers.rows(TakenRow))) == (1, 1, 1)


async def test_a_crash_between_storing_and_answering_brings_the_letter_twice_and_shows_it_once(region, randers):
    """Ambiguous DATA: 250 was never heard, so the peer comes again."""
    raw = crossing(region)

    def store_and_crash(content, *, from_nobody):
        assert not from_nobody
        randers.store(content)
        raise OSError

    keeper = Doorkeeper(frozenset({randers.address}), store_and_crash, lambda: None)
    envelope = type("Envelope", (), {"content": raw, "mail_from": region.address})()
    with pytest.raises(OSError) as crash:  # noqa: PT011 - the disk says no more
        await keeper.handle_DATA(None, None, envelope)
    assert await keeper.handle_exception(crash.value) == NOT_NOW
    randers.store(raw)
    assert [randers.receive(arrival) for arrival in randers.receive.waiting()] == ["taken", "duplicate"]
    assert (len(randers.taken), len(randers.receipts())) == (1, 1)


def test_a_letter_passed_on_from_another_municipality_is_kept_apart(region, randers):
    """Favrskov holds a true letter of the region's, and sends it on under its own seal, or as it was."""
    to_favrskov = replace(sites.referral(), to_party="710")
    crossed = sites.sealed(region, to_favrskov).content
    assert_kept_apart(randers, crossed, "NOT_FOR_US")
    payload = payload_of(region, to_favrskov)
    again = sites.forged(region, payload, outside_of(region, RANDERS), reader=randers.key)
    assert_kept_apart(randers, again, "NOT_FOR_THIS_UNIT")


def test_whatever_came_is_still_there_byte_for_byte(region, randers):
    """Nothing is thrown away: what looked hostile can be looked into by whoever may."""
    raws = [crossing(region), b"\x00\xff" * 50, b"", reports.by_exim(new_id())]
    for raw in raws:
        randers.take(raw)
    vault = randers.station.vault
    assert [vault.open(row.locked, row.place) for row in randers.rows(ArrivalRow)] == raws
    assert [row.letter_id is None for row in randers.rows(ArrivalRow)] == [False, True, True, True]
    assert randers.taken[0].from_party == REGION
