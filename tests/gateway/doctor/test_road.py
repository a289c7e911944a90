"""The doctor goes the road as far as it goes, names what closes it, and sends nothing of any letter."""

import asyncio
import re
import socket
import ssl
import threading
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mail_servers import HANG_UP, HERE, RESET, Certificates, Server

from gateway import language
from gateway.adapters import imap_in, pickup_road
from gateway.adapters import road as adapter
from gateway.adapters.relay_road import Way
from gateway.adapters.road import Step, Wrong
from gateway.adapters.smtp_in import Doorkeeper, open_door, open_lmtp
from gateway.adapters.tls import server_context
from gateway.doctor import road, road_words, words
from gateway.doctor.findings import Check, Grade, bad
from gateway.site.settings import DoorKind, DoorSettings, PickupSettings, RelaySettings

WAYS = (
    Way("730", "henvendelser@region.example", "sikkerpost@randers.example"),
    Way("710", "henvendelser@region.example", "sikkerpost@favrskov.example"),
)
SECRET = "Sneen falder tyst"  # noqa: S105 - everything here is invented
LET_IN = {"AUTH": "235 2.7.0 welcome"}
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("road"))


@pytest.fixture
def password_file(tmp_path):
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    return file


def found_at(certificates, port, *, now=NOW, ways=WAYS, **changes):
    settings = RelaySettings(**{"host": HERE, "port": port, "ca_file": certificates.ca_file, **changes})
    return list(road.relay(settings, ways, now))


async def relay_findings(certificates, server, **changes):
    async with server.running():
        return await asyncio.to_thread(found_at, certificates, server.port, **changes)


def free_port():
    with socket.socket() as asked:
        asked.bind((HERE, 0))
        return asked.getsockname()[1]


def codes(findings):
    return [one.code for one in findings]


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit TLS"])
async def test_a_relay_that_takes_our_letters_is_well_and_was_asked_for_each_party(
    certificates, password_file, implicit
):
    server = Server(certificates.context(), implicit=implicit, answers=LET_IN)
    signing_in = {"user": "stafet", "password_file": password_file}

    (found,) = await relay_findings(certificates, server, implicit_tls=implicit, **signing_in)

    assert (found.code, found.grade, found.told["count"], found.told["tls"]) == (
        "RELAY_WORKS",
        Grade.WELL,
        2,
        "TLSv1.3",
    )
    asked = [line for line in server.told if line.startswith(("MAIL", "RCPT"))]
    assert asked == [said for way in WAYS for said in (f"MAIL FROM:<{way.sender}>", f"RCPT TO:<{way.recipient}>")]
    assert server.commands.count("RSET") == len(WAYS)
    assert "DATA" not in server.commands
    assert not server.mail


UNTRUSTED = {
    "another name": ({"name": "localhost"}, Wrong.CERTIFICATE_NAME),
    "a name where there should be an address": ({"name": "relay.example"}, Wrong.CERTIFICATE_NAME),
    "an unknown authority": ({"known": False}, Wrong.CERTIFICATE_UNKNOWN),
    "expired": ({"expired": True}, Wrong.CERTIFICATE_ENDED),
}


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit TLS"])
@pytest.mark.parametrize(("shown", "wrong"), UNTRUSTED.values(), ids=UNTRUSTED.keys())
async def test_a_relay_that_cannot_prove_its_name_is_named_so_and_told_nothing(
    certificates, password_file, implicit, shown, wrong
):
    server = Server(certificates.context(**shown), implicit=implicit)

    found = await relay_findings(
        certificates, server, implicit_tls=implicit, user="stafet", password_file=password_file
    )

    assert codes(found) == [f"RELAY_{wrong}"]
    assert set(server.commands) <= {"EHLO", "STARTTLS"}


async def test_a_certificate_that_begins_later_points_at_the_clock(certificates):
    issued = certificates.trusted.issue_cert(HERE, not_before=NOW + timedelta(days=2))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issued.configure_cert(context)

    (found,) = await relay_findings(certificates, Server(context))

    assert found.code == "RELAY_CERTIFICATE_NOT_YET"
    assert road_words.SAID[found.code][2] == road_words.CLOCK


async def test_a_certificate_that_ends_within_three_weeks_is_told_and_the_road_is_open(certificates):
    issued = certificates.trusted.issue_cert(HERE, not_after=NOW + timedelta(days=20, hours=1))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issued.configure_cert(context)
    server = Server(context)

    (found,) = await relay_findings(certificates, server)

    assert (found.code, found.grade, found.told["days"]) == ("RELAY_CERTIFICATE_ENDS_SOON", Grade.LOOK, 20)
    assert "RCPT" in server.commands
    assert codes(await relay_findings(certificates, server, now=NOW - timedelta(days=2))) == ["RELAY_WORKS"]


ON_THE_WAY = {
    "hangs up at once": ({"greeting": HANG_UP}, Wrong.HUNG_UP, Step.GREETING, "–"),
    "reset at once": ({"greeting": RESET}, Wrong.HUNG_UP, Step.GREETING, "–"),
    "not for this machine": ({"greeting": "554 5.7.1 go away"}, Wrong.TURNED_AWAY, Step.GREETING, "554 5.7.1"),
    "busy": ({"greeting": "421 4.3.2 busy"}, Wrong.LATER, Step.GREETING, "421 4.3.2"),
    "another program": ({"greeting": "SSH-2.0-OpenSSH_9.2"}, Wrong.NO_MAIL_SERVER, Step.GREETING, "–"),
    "a mailbox": ({"greeting": "* OK IMAP4rev1 ready"}, Wrong.NO_MAIL_SERVER, Step.GREETING, "–"),
    "no TLS today": ({"STARTTLS": "454 4.7.0 not now"}, Wrong.LATER, Step.TLS, "454 4.7.0"),
    "TLS not understood": ({"STARTTLS": "502 what?"}, Wrong.TLS_FAILED, Step.TLS, "502"),
    "cut at TLS": ({"STARTTLS": HANG_UP}, Wrong.HUNG_UP, Step.TLS, "–"),
    "wrong password": ({"AUTH": "535 5.7.8 no"}, Wrong.SIGN_IN_REFUSED, Step.SIGN_IN, "535 5.7.8"),
    "sign-in out of order": ({"AUTH": "454 4.7.0 later"}, Wrong.LATER, Step.SIGN_IN, "454 4.7.0"),
    "only who signs in": ({"MAIL": "530 5.7.0 sign in"}, Wrong.SIGN_IN_WANTED, Step.SENDER, "530 5.7.0"),
    "not our address": ({"MAIL": "553 5.7.1 <a@b>: not yours"}, Wrong.SENDER_REFUSED, Step.SENDER, "553 5.7.1"),
    "sender refused at MAIL": ({"MAIL": "550 no"}, Wrong.SENDER_REFUSED, Step.SENDER, "550"),
    "disk full there": ({"MAIL": "452 4.3.1 full"}, Wrong.LATER, Step.SENDER, "452 4.3.1"),
    "only who signs in, Postfix": (
        {"RCPT": "553 5.7.1 <a@b>: Sender address rejected: not logged in"},
        Wrong.SIGN_IN_WANTED,
        Step.RECIPIENT,
        "553 5.7.1",
    ),
    "relay denied without a number": ({"RCPT": "550 relay not permitted"}, Wrong.NOT_PASSED_ON, Step.RECIPIENT, "550"),
    "sender refused at RCPT, as Postfix does": (
        {"RCPT": "553 5.7.1 <a@b>: Sender address rejected: not owned by user stafet"},
        Wrong.SENDER_REFUSED,
        Step.RECIPIENT,
        "553 5.7.1",
    ),
    "relay denied, Postfix": (
        {"RCPT": "554 5.7.1 <sender@b>: Relay access denied"},
        Wrong.NOT_PASSED_ON,
        Step.RECIPIENT,
        "554 5.7.1",
    ),
    "relay denied for now, Postfix": (
        {"RCPT": "454 4.7.1 <a@b>: Relay access denied"},
        Wrong.NOT_PASSED_ON,
        Step.RECIPIENT,
        "454 4.7.1",
    ),
    "relay denied, Exchange": (
        {"RCPT": "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain"},
        Wrong.NOT_PASSED_ON,
        Step.RECIPIENT,
        "550 5.7.54",
    ),
    "greylisted": ({"RCPT": "450 4.2.0 Greylisted"}, Wrong.LATER, Step.RECIPIENT, "450 4.2.0"),
    "refused by a rule": ({"RCPT": "550 5.7.1 policy"}, Wrong.NOT_PASSED_ON, Step.RECIPIENT, "550 5.7.1"),
    "cut at RCPT": ({"RCPT": HANG_UP}, Wrong.HUNG_UP, Step.RECIPIENT, "–"),
}


@pytest.mark.parametrize(("answers", "wrong", "step", "answer"), ON_THE_WAY.values(), ids=ON_THE_WAY.keys())
async def test_what_closes_the_road_is_named_with_the_step_and_the_server_s_codes(
    certificates, password_file, answers, wrong, step, answer
):
    server = Server(certificates.context(), answers=LET_IN | answers)

    (found,) = await relay_findings(certificates, server, user="stafet", password_file=password_file)

    assert found.code == f"RELAY_{wrong}"
    assert found.grade is (Grade.LOOK if wrong is Wrong.LATER else Grade.BAD)
    assert (found.told["step"], found.told["answer"]) == (step, answer)
    assert server.commands.count("RCPT") <= 1
    assert not server.mail


UNKNOWN = ["550 5.1.1 <a@b>: who?", "550 no such user", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "550 5.2.1 shut"]


@pytest.mark.parametrize(
    "answer",
    [
        *UNKNOWN,
        "551 not local",
        "550 5.1.1 User unknown in relay recipient table",
        "550 5.4.1 Recipient address rejected: Access denied",
    ],
)
async def test_each_party_whose_address_is_not_known_is_named_and_the_others_are_asked_for_too(certificates, answer):
    server = Server(certificates.context(), answers={"RCPT": answer})

    (found,) = await relay_findings(certificates, server)

    assert (found.code, found.told["parties"]) == ("RELAY_RECIPIENT_UNKNOWN", "Randers, Favrskov")
    assert "@" not in words.line(found)


@pytest.mark.parametrize(
    ("size", "found"),
    [("1048576", "RELAY_ROOM_SMALL"), ("2097152", "RELAY_WORKS"), ("0", "RELAY_WORKS"), ("æ", "RELAY_WORKS")],
)
async def test_a_relay_with_no_room_for_our_longest_letter_is_told_before_one_comes_back(certificates, size, found):
    server = Server(certificates.context(), offers=(f"SIZE {size}",))
    server_says_nothing_else = {"EHLO": f"250-test\r\n250-STARTTLS\r\n250 SIZE {size}"}
    server.answers = server_says_nothing_else

    (told,) = await relay_findings(certificates, server)

    assert told.code == found


async def test_a_server_without_tls_is_told_no_password_and_no_address(certificates, password_file):
    server = Server()

    found = await relay_findings(certificates, server, user="stafet", password_file=password_file)

    assert codes(found) == ["RELAY_TLS_NOT_OFFERED"]
    assert server.told == server.told[:1]


async def test_tls_where_the_server_begins_in_clear_is_told(certificates):
    assert codes(await relay_findings(certificates, Server(certificates.context()), implicit_tls=True)) == [
        "RELAY_TLS_OTHER_KIND"
    ]


def test_tls_older_than_1_2_is_told(certificates):
    context = certificates.context()
    for end in ("minimum_version", "maximum_version"):
        with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
            setattr(context, end, ssl.TLSVersion.TLSv1_1)
    context.set_ciphers("ALL:@SECLEVEL=0")

    with socket.create_server((HERE, 0)) as listening:

        def answer():
            with suppress(ssl.SSLError), context.wrap_socket(listening.accept()[0], server_side=True):
                pass

        serving = threading.Thread(target=answer)
        serving.start()
        found = found_at(certificates, listening.getsockname()[1], implicit_tls=True)
        serving.join()

    assert codes(found) == ["RELAY_TLS_TOO_OLD"]


async def test_a_relay_where_nobody_can_sign_in_is_told(certificates, password_file):
    server = Server(certificates.context(), offers=())
    found = await relay_findings(certificates, server, user="stafet", password_file=password_file)
    assert codes(found) == ["RELAY_SIGN_IN_NOT_OFFERED"]


async def test_without_anybody_to_write_to_the_road_is_gone_as_far_as_it_goes(certificates):
    server = Server(certificates.context())
    assert codes(await relay_findings(certificates, server, ways=())) == ["RELAY_WORKS"]
    assert "MAIL" not in server.commands


def test_a_dead_port_and_a_name_nobody_has_are_told_apart(certificates):
    assert codes(found_at(certificates, free_port())) == ["RELAY_NOBODY_THERE"]
    for host in ("nobody.invalid", "x" * 70, "a..b"):
        assert codes(found_at(certificates, 25, host=host)) == ["RELAY_NAME_UNKNOWN"]


@contextmanager
def silent():
    """Listen, and say nothing to whoever comes."""
    with socket.create_server((HERE, 0)) as listening:
        yield listening.getsockname()[1]


def test_a_server_that_says_nothing_is_left_after_the_time_of_a_step(certificates, monkeypatch):
    monkeypatch.setattr("gateway.adapters.smtp_road.STEP_SECONDS", 0.1)
    with silent() as port:
        (found,) = found_at(certificates, port)
    assert (found.code, found.told["step"]) == ("RELAY_SILENT", "greeting")


def test_what_hangs_beyond_all_steps_is_left_behind():
    """A name server may be silent too, and nothing ends the question to it."""
    held = threading.Event()
    seen = adapter.in_time(lambda: held.wait(60) and None, 0.05)
    held.set()
    assert (seen.trouble.wrong, seen.trouble.step) == (Wrong.SILENT, Step.CONNECT)


def test_a_network_that_knows_no_way_is_no_cut_connection():
    for number in adapter._UNREACHABLE:
        assert adapter.named(OSError(number, "no")) is Wrong.NO_WAY
    assert adapter.named(ConnectionResetError()) is Wrong.HUNG_UP


def test_everything_a_name_may_be_given_for_has_its_words():
    given = {Wrong.NAME_UNKNOWN, *adapter._CERTIFICATES.values(), *adapter._TLS.values()}
    assert given <= set(road_words.EVERYWHERE)
    assert {wrong for wrong, _step in pickup_road._TROUBLES.values()} <= {*road_words.EVERYWHERE, *road_words.IN_ONLY}
    assert set(road_words.STEPS) == set(Step)


def test_a_file_that_cannot_be_read_is_told_elsewhere_and_nobody_is_asked(tmp_path):
    settings = PickupSettings(host=HERE, port=free_port(), user="u", password_file=tmp_path / "none")
    assert list(road.pickup(settings, NOW)) == []
    relay = RelaySettings(host=HERE, port=free_port(), ca_file=tmp_path / "none")
    assert list(road.relay(relay, WAYS, NOW)) == []
    assert list(road.door(DoorSettings(port=free_port()), runs=True)) == []


@asynccontextmanager
async def our_door(certificates, tmp_path, kind=DoorKind.SMTP):
    """Open the door itself, with a certificate of its own."""
    certificate, key = tmp_path / "door.pem", tmp_path / "door.key"
    issued = certificates.unknown.issue_cert("inbox.example")
    issued.private_key_pem.write_to_path(key)
    issued.cert_chain_pems[0].write_to_path(certificate)
    keeper = Doorkeeper({"a@b.example"}, None, lambda: None)
    opened = (
        await open_lmtp(keeper, HERE, 0, hostname=HERE)
        if kind is DoorKind.LMTP
        else await open_door(keeper, HERE, 0, server_context(certificate, key), hostname=HERE)
    )
    try:
        yield DoorSettings(kind=kind, host=HERE, port=opened.port, certificate=certificate, key=key)
    finally:
        await opened.close()


async def at_the_door(settings, *, runs=True):
    return codes(await asyncio.to_thread(lambda: list(road.door(settings, runs=runs))))


@pytest.mark.parametrize("kind", DoorKind)
async def test_our_own_door_is_known_by_its_name_and_its_certificate(certificates, tmp_path, kind):
    async with our_door(certificates, tmp_path, kind) as settings:
        assert await at_the_door(settings) == ["DOOR_OPEN"]
        assert await at_the_door(settings, runs=False) == ["DOOR_TAKEN"]


async def test_a_new_certificate_that_the_daemon_does_not_show_yet_is_told(certificates, tmp_path):
    async with our_door(certificates, tmp_path) as settings:
        certificates.unknown.issue_cert("inbox.example").cert_chain_pems[0].write_to_path(settings.certificate)
        assert await at_the_door(settings) == ["DOOR_SHOWS_ANOTHER"]


@pytest.mark.parametrize("kind", DoorKind)
async def test_another_program_where_our_door_should_be_is_told(certificates, tmp_path, kind):
    async with our_door(certificates, tmp_path, kind) as settings, Server(certificates.context()).running() as server:
        changed = settings.model_copy(update={"port": server.port})
        for runs, code in ((True, "DOOR_SHUT"), (False, "DOOR_TAKEN")):
            assert await at_the_door(changed, runs=runs) == [code]


async def test_a_door_that_is_shut_is_told_when_the_daemon_runs(certificates, tmp_path):
    async with our_door(certificates, tmp_path) as settings:
        changed = settings.model_copy(update={"port": free_port()})
        assert await at_the_door(changed) == ["DOOR_SHUT"]
        assert await at_the_door(changed, runs=False) == []
        assert await at_the_door(settings.model_copy(update={"port": 0})) == []
        assert await at_the_door(settings.model_copy(update={"host": "0.0.0.0"})) == ["DOOR_OPEN"]  # noqa: S104 - such a door


NO_MAILBOX = {
    "a mail server that sends": ({"greeting": "220 mx ESMTP"}, True, "PICKUP_NO_MAIL_SERVER"),
    "TLS from the first byte where there is none": ({}, False, "PICKUP_TLS_OTHER_KIND"),
}


def picked_up(certificates, password_file, port, **changes):
    settings = {"host": HERE, "port": port, "ca_file": certificates.ca_file, "user": "u", "implicit_tls": True}
    return list(road.pickup(PickupSettings(**{**settings, "password_file": password_file, **changes}), NOW))


@pytest.mark.parametrize(("answers", "implicit", "code"), NO_MAILBOX.values(), ids=NO_MAILBOX.keys())
async def test_what_is_no_mailbox_is_told(certificates, password_file, answers, implicit, code):
    server = Server(certificates.context(), implicit=implicit, answers=answers)
    async with server.running():
        found = await asyncio.to_thread(picked_up, certificates, password_file, server.port)
    assert codes(found) == [code]
    assert SECRET not in " ".join(server.told)


def test_a_mailbox_that_is_not_there_or_says_nothing_is_told(certificates, password_file, monkeypatch):
    assert codes(picked_up(certificates, password_file, free_port())) == ["PICKUP_NOBODY_THERE"]
    monkeypatch.setattr(pickup_road, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(imap_in, "CONNECT_SECONDS", 0.2)
    with silent() as port:
        (found,) = picked_up(certificates, password_file, port)
    assert (found.code, found.check, found.told["step"]) == ("PICKUP_SILENT", Check.WAY_IN, "greeting")


def test_a_step_is_said_in_words_and_a_stranger_s_words_are_not(certificates):
    (found,) = found_at(certificates, free_port(), host=HERE)
    assert re.fullmatch(r"\S+ +[^:]+: 127\.0\.0\.1:\d+.*", words.line(found))
    assert len(words.advice(found)) == 2
    assert adapter.codes(550, "5.1.1 <jens@borger.example> 190668-7074") == "550 5.1.1"
    assert adapter.codes(550, "5.1.1x\x1b[2J") == "550"


PAGE = Path(__file__).parents[3] / "docs" / "mail-servers.md"
EXAMPLE = {
    "server": "mx.example:587",
    "setting": "relay",
    "step": Step.SIGN_IN,
    "answer": "550 5.7.1",
    "parties": "Randers",
    "tls": "TLSv1.3",
    "kind": "LMTP",
    "reason": Wrong.SILENT,
    "days": 20,
    "count": 19,
    "room": 1024,
    "needed": 2048,
    "date": "2026-11-22 07:00",
}


def table():
    """Write the page's table: what is said the same of the mailbox stands once."""
    alike = {f"PICKUP_{wrong}" for wrong in road_words.EVERYWHERE}
    for code in road_words.SAID:
        if code not in alike:
            told = EXAMPLE | ({"setting": "pickup"} if code.startswith("PICKUP") else {})
            found = bad(Check.RELAY, code, **told)
            said = words.line(found).partition(": ")[2]
            yield f"| `{code}` | {' | '.join([said, *(words.advice(found) or ('–', '–'))])} |"


def test_the_page_says_what_the_doctor_says(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "en")
    section = PAGE.read_text("utf-8").partition("\n## What the doctor says about the road\n")[2].partition("\n## ")[0]
    told = [line for line in section.splitlines() if line.startswith("| `")]
    assert told == list(table())
