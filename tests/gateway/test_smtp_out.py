"""The way out: nothing is said to a mail server we cannot trust, and every trouble has its own name."""

import asyncio
import ssl
from contextlib import contextmanager

import mails
import pytest
from mail_servers import HANG_UP, HERE, RESET, Certificates, Server

from gateway.adapters.smtp_out import SmtpRelay
from gateway.exchange.ports import Attempt, Passage
from gateway.site.settings import RelaySettings

FROM, TO = mails.OUTSIDE.sender, mails.OUTSIDE.recipient
QUIET = {"EHLO", "STARTTLS", "QUIT"}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def relay(certificates):
    """Makes a relay to a server, which trusts the authority and nothing else."""

    def make(server, **changes):
        return SmtpRelay(RelaySettings(host=HERE, port=server.port, ca_file=certificates.ca_file, **changes))

    return make


async def handed_over(relay, server, **changes):
    async with server.running():
        return await relay(server, **changes).send(mails.outer(), FROM, TO)


@contextmanager
def patience(seconds):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("gateway.adapters.smtp_out.SECONDS", seconds)
        yield


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit TLS"])
async def test_an_envelope_is_handed_over_byte_for_byte_to_one_recipient(certificates, relay, implicit):
    server = Server(certificates.context(), implicit=implicit)
    envelope = mails.outer()
    async with server.running():
        assert await relay(server, implicit_tls=implicit).send(envelope, FROM, TO) == Attempt(Passage.ACCEPTED)
    assert server.mail == [envelope]
    assert [line for line in server.told if line.startswith("RCPT")] == [f"RCPT TO:<{TO}>"]


UNTRUSTED = {
    "an unknown authority": ({"known": False}, False, "TLS_NOT_TRUSTED"),
    "an unknown authority, implicit": ({"known": False}, True, "TLS_NOT_TRUSTED"),
    "another name": ({"name": "localhost"}, False, "TLS_NOT_TRUSTED"),
    "another name, implicit": ({"name": "localhost"}, True, "TLS_NOT_TRUSTED"),
    "an expired certificate": ({"expired": True}, False, "TLS_NOT_TRUSTED"),
    "an expired certificate, implicit": ({"expired": True}, True, "TLS_NOT_TRUSTED"),
}


@pytest.mark.parametrize(("shown", "implicit", "code"), UNTRUSTED.values(), ids=UNTRUSTED.keys())
async def test_a_server_that_cannot_prove_its_name_never_hears_who_writes(certificates, relay, shown, implicit, code):
    """Datatilsynet: TLS 1.2 or newer, and no way around it."""
    server = Server(certificates.context(**shown), implicit=implicit)
    assert await handed_over(relay, server, implicit_tls=implicit) == Attempt(Passage.NOT_REACHED, code)
    assert set(server.commands) <= QUIET


async def test_a_server_without_starttls_never_hears_who_writes(relay):
    server = Server()
    assert await handed_over(relay, server) == Attempt(Passage.NOT_REACHED, "TLS_NOT_OFFERED")
    assert set(server.commands) <= QUIET


async def test_a_server_that_speaks_no_tls_where_it_must_is_named_so(relay):
    server = Server()
    attempt = await handed_over(relay, server, implicit_tls=True)
    assert attempt == Attempt(Passage.NOT_REACHED, "TLS_FAILED")
    assert not any("MAIL" in line for line in server.told)


async def test_tls_older_than_1_2_is_not_spoken(certificates, relay):
    context = certificates.context()
    for end in ("minimum_version", "maximum_version"):
        with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
            setattr(context, end, ssl.TLSVersion.TLSv1_1)
    context.set_ciphers("ALL:@SECLEVEL=0")
    server = Server(context)
    attempt = await handed_over(relay, server)
    assert attempt.passage is Passage.NOT_REACHED
    assert attempt.detail in {"TLS_FAILED", "RELAY_HUNG_UP"}
    assert set(server.commands) <= QUIET


async def test_words_slipped_in_before_the_handshake_are_not_taken_for_the_servers(certificates, relay):
    """STARTTLS injection: an answer sent in clear behind the 220 must not count inside TLS."""
    server = Server(certificates.context(), answers={"STARTTLS": "220 go\r\n250-evil\r\n250 AUTH PLAIN"})
    attempt = await handed_over(relay, server)
    assert attempt.passage in (Passage.ACCEPTED, Passage.NOT_REACHED)
    assert not any(line.startswith("AUTH") for line in server.told)


BEFORE = {
    "nobody there greets": ({"greeting": HANG_UP}, Passage.NOT_REACHED, "RELAY_NOT_REACHED"),
    "not now": ({"greeting": "421 busy"}, Passage.NOT_REACHED, "SMTP_421"),
    "greylisted": ({"RCPT": "450 later"}, Passage.NOT_REACHED, "SMTP_450"),
    "full": ({"MAIL": "452 full"}, Passage.NOT_REACHED, "SMTP_452"),
    "no TLS today": ({"STARTTLS": "454 not now"}, Passage.NOT_REACHED, "SMTP_454"),
    "unknown recipient": ({"RCPT": "550 who?"}, Passage.REFUSED, "SMTP_550"),
    "sender not welcome": ({"MAIL": "553 no"}, Passage.REFUSED, "SMTP_553"),
    "not for us": ({"greeting": "554 go away"}, Passage.REFUSED, "SMTP_554"),
    "hung up at MAIL": ({"MAIL": HANG_UP}, Passage.NOT_REACHED, "RELAY_HUNG_UP"),
    "reset at RCPT": ({"RCPT": RESET}, Passage.NOT_REACHED, "RELAY_HUNG_UP"),
    "DATA put off": ({"DATA": "451 later"}, Passage.NOT_REACHED, "SMTP_451"),
    "DATA refused": ({"DATA": "554 no"}, Passage.REFUSED, "SMTP_554"),
    "content put off": ({"content": "451 later"}, Passage.NOT_REACHED, "SMTP_451"),
    "content refused": ({"content": "552 too large"}, Passage.REFUSED, "SMTP_552"),
    "hung up after the content": ({"content": HANG_UP}, Passage.UNCERTAIN, "RELAY_HUNG_UP"),
    "reset after the content": ({"content": RESET}, Passage.UNCERTAIN, "RELAY_HUNG_UP"),
}


@pytest.mark.parametrize(("answers", "passage", "code"), BEFORE.values(), ids=BEFORE.keys())
async def test_every_answer_and_every_break_has_its_name(certificates, relay, answers, passage, code):
    server = Server(certificates.context(), answers=answers)
    assert await handed_over(relay, server) == Attempt(passage, code)


async def test_a_goodbye_that_fails_takes_nothing_back(certificates, relay):
    server = Server(certificates.context(), answers={"QUIT": RESET})
    assert await handed_over(relay, server) == Attempt(Passage.ACCEPTED)


async def test_silence_before_the_content_is_told_apart_from_silence_after_it(certificates, relay):
    """Read time-out after DATA: it may have been accepted, so only the receipt settles it."""
    with patience(0.3):
        for step, passage in (("MAIL", Passage.NOT_REACHED), ("content", Passage.UNCERTAIN)):
            server = Server(certificates.context(), answers={step: "250-and"})
            assert await handed_over(relay, server) == Attempt(passage, "RELAY_SILENT")


async def test_no_server_at_all_is_not_reached(relay):
    server = Server()
    async with server.running():
        pass
    assert await relay(server).send(mails.outer(), FROM, TO) == Attempt(Passage.NOT_REACHED, "RELAY_NOT_REACHED")


async def test_no_code_quotes_what_the_server_wrote(certificates, relay):
    server = Server(certificates.context(), answers={"RCPT": "550 Karen Testdal 190668-7074"})
    attempt = await handed_over(relay, server)
    assert "Karen" not in repr(attempt)


async def test_the_password_is_read_at_each_connection_and_said_only_inside_tls(certificates, relay, tmp_path):
    password = tmp_path / "password"
    server = Server(certificates.context(), answers={"AUTH": "535 no"})
    missing = await handed_over(relay, server, user="stafet", password_file=password)
    password.write_bytes("blåbær".encode("latin-1"))
    assert await handed_over(relay, server, user="stafet", password_file=password) == missing
    password.write_text("hemmelig\n")
    wrong = await handed_over(relay, server, user="stafet", password_file=password)
    server.answers = {"AUTH": "235 welcome"}
    right = await handed_over(relay, server, user="stafet", password_file=password)
    assert (missing, wrong, right) == (
        Attempt(Passage.NOT_REACHED, "RELAY_PASSWORD_UNREADABLE"),
        Attempt(Passage.NOT_REACHED, "RELAY_LOGIN_REFUSED"),
        Attempt(Passage.ACCEPTED),
    )
    assert server.commands.index("STARTTLS") < server.commands.index("AUTH")


async def test_a_server_that_takes_no_password_is_not_blamed_for_its_tls(certificates, relay, tmp_path):
    password = tmp_path / "password"
    password.write_text("hemmelig\n")
    server = Server(certificates.context(), answers={"EHLO": "250-test\r\n250 STARTTLS"})
    attempt = await handed_over(relay, server, user="stafet", password_file=password)
    assert attempt == Attempt(Passage.NOT_REACHED, "RELAY_TROUBLE")


async def test_many_letters_go_side_by_side(certificates, relay):
    server = Server(certificates.context())
    async with server.running():
        way = relay(server)
        attempts = await asyncio.gather(*(way.send(mails.outer(), FROM, TO) for _ in range(8)))
    assert {attempt.passage for attempt in attempts} == {Passage.ACCEPTED}
    assert len(server.mail) == 8


ENVELOPE_ID = mails.OUTSIDE.envelope_id


async def test_a_relay_that_can_is_asked_to_report_what_fails_by_the_envelopes_id(certificates, relay):
    """RFC 3461: with the headers only, and never a word when it went well."""
    server = Server(certificates.context(), offers=("DSN",))
    assert await handed_over(relay, server) == Attempt(Passage.ACCEPTED)
    assert [line for line in server.told if line.startswith(("MAIL", "RCPT"))] == [
        f"MAIL FROM:<{FROM}> RET=HDRS ENVID={ENVELOPE_ID}",
        f"RCPT TO:<{TO}> NOTIFY=FAILURE,DELAY",
    ]


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit TLS"])
async def test_what_was_offered_counts_only_inside_tls(certificates, relay, implicit):
    server = Server(certificates.context(), implicit=implicit, offers=())
    assert await handed_over(relay, server, implicit_tls=implicit) == Attempt(Passage.ACCEPTED)
    assert [line for line in server.told if line.startswith(("MAIL", "RCPT"))] == [
        f"MAIL FROM:<{FROM}>",
        f"RCPT TO:<{TO}>",
    ]


async def test_an_envelope_without_an_id_of_ours_is_handed_over_without_one(certificates, relay):
    server = Server(certificates.context(), offers=("DSN",))
    async with server.running():
        attempt = await relay(server).send(b"Message-ID: <x@y>\r\n\r\nHej\r\n", FROM, TO)
    assert attempt == Attempt(Passage.ACCEPTED)
    assert f"MAIL FROM:<{FROM}>" in server.told
