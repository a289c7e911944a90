"""Thunderbird, as Debian ships it, at a municipality without the inbox: it reads our letters, and its answers count."""

from email import message_from_bytes

import pytest
import sites
from peer_post import SUBJECT, reads_well
from peer_table import record
from thunderbird import thunderbird, version

from directory.model import REGION
from gateway.wire import reply
from keys.sealing import open_sealed
from tests.inbox_site import referral

pytestmark = pytest.mark.peers

PROGRAM = "Thunderbird"
WORDS = "Kære vagtcentral. Vi har taget over – Birgit Prøvegaard, tlf. +45 89 15 00 00. Æøå!"


@pytest.fixture(scope="module")
def program(post):
    with thunderbird(post.unit.name, post.unit.address) as started:
        started.brings(post.unit.secret, post.unit.key)
        started.accepts(post.region.certificate)
        yield started


@pytest.fixture(scope="module")
def seen(program, post):
    return program.opens(post.mail)


def test_it_shows_the_letter_locked_and_signed_under_its_true_subject(request, seen):
    assert (seen.encrypted, seen.signed) == ("ok", "verified")
    assert (seen.subject, seen.listed) == (SUBJECT, SUBJECT)
    record(request, PROGRAM, version(), opens=True)


def test_it_shows_the_plain_danish_text_as_it_was_written(request, seen, post):
    reads_well(post, seen.text)
    record(request, PROGRAM, version(), shows=True)


def test_it_keeps_what_machines_read_out_of_the_text(seen):
    assert seen.attachments == [["letter.json", "application/json"]]
    assert "padding" not in seen.page
    assert "letter_id" not in seen.page


@pytest.mark.parametrize("why", ["flipped", "truncated"])
def test_of_a_damaged_letter_it_shows_nothing(program, post, why):
    shown = program.opens(post.spoiled_mails[why])
    assert (shown.encrypted, shown.signed, shown.text.strip()) == ("", "", "")
    assert (shown.subject, shown.attachments) == ("[...]", [])


def test_without_the_regions_signature_a_letter_has_no_second_mark(program, post):
    """It does show the text, under a lock: the guide tells people to look for both marks."""
    unsigned = program.opens(post.spoiled_mails["unsigned"])
    assert (unsigned.encrypted, unsigned.signed) == ("ok", "")
    unknown = program.opens(post.spoiled_mails["by somebody else"])
    assert (unknown.encrypted, unknown.signed) == ("ok", "unknown")
    program.accepts(post.stranger.certificate)
    known_by_another_address = program.opens(post.spoiled_mails["by somebody else"])
    assert (known_by_another_address.encrypted, known_by_another_address.signed) == ("ok", "mismatch")


@pytest.fixture(scope="module")
def crossed(program, post):
    program.opens(post.mail)
    return program.answers(WORDS, post.region.address)


def test_its_answer_names_the_referral_under_its_own_signature(request, post, crossed):
    region = post.stations[REGION]
    opened = open_sealed(
        region.keyring,
        reply.unwrap(crossed),
        reader=region.own.fingerprint,
        signers={post.unit.key},
        now=sites.utc_now(),
        by_mail_program=True,
    )
    said = reply.read(opened.content)
    assert (opened.signed_by, said.number) == (post.unit.key, sites.NUMBER)
    assert (said.sender, said.recipients) == (post.unit.address, {post.region.address})
    assert "Birgit Prøvegaard" in said.words
    assert "Borgeren" in said.quoted
    record(request, PROGRAM, version(), makes=True)


def test_its_answer_tells_nothing_outside(crossed):
    mail = message_from_bytes(crossed)
    assert (mail["Subject"], mail.get_content_type()) == ("...", "multipart/encrypted")
    assert sites.NUMBER.encode() not in crossed


def test_a_key_it_has_made_itself_is_one_the_region_can_write_to(request, program, post, line):
    key, certificate = program.makes_key("Birgit Prøvegaard", post.unit.address)
    line.region.station.keyring.import_public(certificate, expected=key, now=sites.utc_now())
    letter = sites.referral(number="2026-0043", body={"referral": referral("R02")})
    shown = program.opens(sites.sealed(line.region, letter, key=key).content)
    assert (shown.encrypted, shown.signed, shown.subject) == ("ok", "verified", "Bekymringshenvendelse 2026-0043")
    record(request, PROGRAM, version(), keys=True)
