"""neomutt in a terminal: a person reads our letter there, and answers it signed and encrypted."""

import pytest
import sites
from mail_program import ADDRESS, mail_program
from mail_town import Town
from neomutt import neomutt, version
from peer_post import SUBJECT, Post, compared, gpg_home, reads_well
from peer_table import record

from inbox_tui.casework.case import CaseState
from tests.gateway.referring.mailed_region import UNIT, MailedRegion

pytestmark = pytest.mark.peers


def test_a_person_reads_the_letter_in_it(post: Post, short_path, request):
    """The true subject, by whom it was signed, the whole letter; what is for machines is named and not poured out."""
    with gpg_home(post.unit.secret, post.region.certificate) as keys:
        compared(keys, own=post.unit.key, other=post.region.key)
        with neomutt(short_path, keys, post.mail, key=post.unit.key, address=post.unit.address) as program:
            program.opens()
            screen = program.desk.see("PGP message successfully decrypted", "Hvad I skal gøre")
    name = f"{post.region.name} <{post.region.address}>"
    assert f"Good signature from: {name}" in screen
    assert "WARNING" not in screen
    assert f"Subject: {SUBJECT}" in screen
    assert "[-- Attachment #2: letter.json --]" in screen
    assert '"schema"' not in screen
    reads_well(post, screen)
    record(request, "neomutt", version(), opens=True, shows=True)


@pytest.mark.parametrize("why", ["flipped", "truncated", "by somebody else", "unsigned"])
def test_a_spoiled_letter_is_never_shown_as_signed(why, post: Post, short_path):
    with gpg_home(post.unit.secret, post.region.certificate) as keys:
        compared(keys, own=post.unit.key, other=post.region.key)
        raw = post.spoiled_mails[why]
        with neomutt(short_path, keys, raw, key=post.unit.key, address=post.unit.address) as program:
            program.opens()
            damaged = why in {"flipped", "truncated"}
            screen = program.desk.see("Could not copy message" if damaged else "Hvad I skal gøre")
    assert "Good signature" not in screen
    assert ("Borgeren" in screen) is not damaged


def test_a_department_takes_over_by_answering(line, short_path, request):
    """E7, S19: with neomutt's own composing, signing, encrypting and protected headers."""
    with mail_program() as person:
        line.clock.now = sites.utc_now()
        town = Town(line, person)
        compared(person.home, own=person.key, other=town.site.key)
        (raw,) = town.forward()
        with neomutt(short_path, person.home, raw, key=person.key, address=ADDRESS) as program:
            program.opens()
            program.desk.see("Hvis I tager over: Besvar denne mail med »Svar«")
            answer = program.answers("Vi tager over. Åse Ærøe, Hjemmeplejen")
        assert b"Hjemmepl" in answer
        assert sites.NUMBER.encode() not in answer
        assert town.site.take(answer) == ("taken", "")
        assert (town.case.state, town.taken_over_by()) == (CaseState.TAKEN_OVER, "Hjemmepleje")
    record(request, "neomutt", version(), makes=True)


def test_a_municipality_without_the_inbox_acknowledges_by_answering(line, short_path, request):
    """E13, L5: the answer quotes our letter, and with it the referral's number."""
    with mail_program("Modtagelsen") as person:
        line.clock.now = sites.utc_now()
        region = MailedRegion(line, person)
        compared(person.home, own=person.key, other=region.site.key)
        number = region.sent()
        ((raw, _sender, _to),) = region.site.relay.crossed
        with neomutt(short_path, person.home, raw, key=person.key, address=UNIT) as program:
            program.opens()
            program.desk.see("Hvad I skal gøre", "PGP message successfully decrypted")
            answer = program.answers("Vi har den. Birgit Prøvegaard")
        assert number.encode() not in answer
        assert region.takes(answer) == ("taken", "")
        assert region.row(number).acknowledged_at is not None
    record(request, "neomutt", version(), makes=True)
