"""Picking up by IMAP: nothing is said to a server we cannot trust, nothing is marked before it is stored, and no server
can keep us, fill us or confuse us; whatever it says, the next try finds what lies there."""

import asyncio
import base64
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import mails
import pytest
from imap_servers import EXCHANGE_FLAGS, ImapServer
from mail_servers import HANG_UP, HERE, Certificates

from gateway.adapters import imap_in, pickup
from gateway.adapters.pickup import PickUp
from gateway.site.settings import PickupSettings
from gateway.wire.mail_limits import MAIL_BYTES

LONG = 20
MARKS = {"$Stafet", r"\Seen"}
LETTER = mails.outer()
PRIVATE = b"From: karen@testdal.example\r\nTo: sikkerpost@randers.example\r\nSubject: Karen er bange\r\n\r\nHej\r\n"
REPORT = b"Return-Path: <>\r\nFrom: MAILER-DAEMON@x.example\r\nSubject: Undelivered\r\n\r\nAbout: "


@dataclass
class Kept:
    """A site that remembers what it was given."""

    addresses: set[str] = field(default_factory=lambda: {mails.OUTSIDE.recipient})
    mail: list[tuple[bytes, bool]] = field(default_factory=list)
    told: list[int | str] = field(default_factory=list)
    failing: list[Exception] = field(default_factory=list)

    def store(self, raw, *, from_nobody):
        for error in self.failing[:1]:
            self.failing.remove(error)
            raise error
        self.mail.append((raw, from_nobody))
        return len(self.mail)

    def is_about_ours(self, raw, *, from_nobody):
        return from_nobody and raw.endswith(b"ours")

    def went_well(self, too_large):
        self.told.append(too_large)

    def failed(self, reason):
        self.told.append(reason)

    @property
    def troubles(self):
        return [one for one in self.told if isinstance(one, str)]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def site():
    return Kept()


@pytest.fixture(autouse=True)
def _almost_at_once(monkeypatch):
    """Not at once: who is let in just as the server of a test ends is warned of in a later one."""
    monkeypatch.setattr(pickup, "FIRST_REST", 0.02)


@pytest.fixture
def settings(certificates, tmp_path):
    (tmp_path / "password").write_text("hemmeligt ord\n", encoding="utf-8")

    def make(server, **changes):
        facts = {"host": HERE, "port": server.port, "implicit_tls": server.implicit, "ca_file": certificates.ca_file}
        return PickupSettings(**{**facts, "user": "stafet", "password_file": tmp_path / "password", **changes})

    return make


@asynccontextmanager
async def picking_up(server, settings, site, **changes):
    async with server.running():
        picks = PickUp(settings(server, **changes), site)
        picks.start()
        try:
            yield picks
        finally:
            await asyncio.to_thread(picks.stop)


async def until(true):
    async with asyncio.timeout(LONG):
        while not true():  # noqa: ASYNC110 - another thread works
            await asyncio.sleep(0.005)


@pytest.fixture(scope="module")
def good(certificates):
    return certificates.context()


@pytest.fixture
def server(good):
    return ImapServer(good, mails=[PRIVATE, LETTER])


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit TLS"])
async def test_a_letter_is_stored_and_marked_and_what_is_not_ours_stays_as_it_is(server, settings, site, implicit):
    server.implicit = implicit
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert site.mail == [(LETTER, False)]
    assert server.flags == {2: MARKS}
    assert site.told == [0]


async def test_only_heads_are_read_of_what_is_not_ours_and_reading_marks_nothing(server, settings, site):
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    fetches = [line for line in server.told if " FETCH " in line]
    assert [line.split()[3] for line in fetches] == ["1,2", "2"]
    assert all("BODY.PEEK[" in line for line in fetches)
    assert not {"MOVE", "COPY", "EXPUNGE", "CLOSE", "APPEND", "DELETE"} & set(server.commands())


async def test_a_report_about_ours_is_taken_as_coming_from_nobody_and_others_reports_are_left(server, settings, site):
    server.mails = [REPORT + b"ours", REPORT + b"theirs"]
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert site.mail == [(REPORT + b"ours", True)]
    assert server.flags == {1: MARKS}


async def test_others_reports_are_read_once_however_often_we_connect(server, settings, site):
    server.mails = [REPORT + b"theirs", PRIVATE]
    server.answers["IDLE"] = [HANG_UP] * 3
    async with picking_up(server, settings, site):
        await until(lambda: server.connections == 4 and server.idling)
    assert [line.split()[3] for line in server.told if " FETCH " in line] == ["1,2", "1", "1,2", "1,2", "1,2"]


async def test_what_comes_is_pushed(server, settings, site):
    async with picking_up(server, settings, site):
        await until(lambda: server.idling)
        server.add(LETTER)
        await until(lambda: len(site.mail) == 2 and server.idling)
    assert server.flags == {2: MARKS, 3: MARKS}
    assert server.connections == 1


async def test_what_comes_as_we_begin_to_wait_is_seen(server, settings, site):
    """It is said in one breath with the answer to IDLE."""
    server.answers["IDLE"] = ["+ idling\r\n* 3 EXISTS"]
    async with picking_up(server, settings, site):
        await until(lambda: "DONE" in server.told)


async def test_a_server_without_idle_is_asked_again_and_again(server, settings, site, monkeypatch):
    monkeypatch.setattr(imap_in, "POLL_SECONDS", 0.01)
    server.offers = "AUTH=PLAIN"
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
        server.add(LETTER)
        await until(lambda: len(site.mail) == 2)
    assert "IDLE" not in server.commands()
    assert server.connections == 1


async def test_idle_is_begun_anew_and_what_was_not_pushed_is_found_then(server, settings, site, monkeypatch):
    monkeypatch.setattr(imap_in, "RENEW_SECONDS", 0.02)
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
        server.mails.append(LETTER)
        await until(lambda: len(site.mail) == 2)
        await until(lambda: server.commands().count("IDLE") > 1)
    assert server.connections == 1


async def test_an_address_that_becomes_ours_is_looked_for_in_what_lies_there(server, settings, site, monkeypatch):
    monkeypatch.setattr(imap_in, "RENEW_SECONDS", 0.02)
    site.addresses = {"gammel@randers.example"}
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
        assert site.mail == []
        site.addresses = {*site.addresses, mails.OUTSIDE.recipient}
        await until(lambda: site.mail)
    assert server.flags == {2: MARKS}


async def test_what_a_person_has_read_first_is_picked_up_all_the_same(server, settings, site):
    server.flags = {2: {r"\Seen", r"\Flagged"}}
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert server.flags == {2: {r"\Flagged", *MARKS}}


async def test_a_server_that_keeps_no_keywords_marks_as_answered_never_by_reading(server, settings, site):
    server.lasting, server.flags = EXCHANGE_FLAGS, {2: {r"\Seen"}}
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert len(site.mail) == 1
    assert server.flags == {2: {r"\Answered", r"\Seen"}}


@pytest.mark.parametrize("answer", ["lasting", "SELECT"])
async def test_nothing_is_taken_that_could_not_be_marked(server, settings, site, answer):
    """Else it would be taken again and again."""
    if answer == "lasting":
        server.lasting = r"\Deleted"
    else:
        server.answers["SELECT"] = ["* OK [READ-ONLY] x\r\n* 2 EXISTS\r\nTAG OK [READ-ONLY] done"] * 9
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert site.troubles[0] == "PICKUP_CANNOT_MARK"
    assert site.mail == []


@pytest.mark.parametrize("answer", ["TAG NO over quota", "* 2 FETCH (UID 2 FLAGS (\\Seen))\r\nTAG OK said", HANG_UP])
async def test_what_was_stored_and_not_marked_is_marked_later_and_not_stored_again(server, settings, site, answer):
    server.answers["STORE"] = [answer] * 3
    async with picking_up(server, settings, site):
        await until(lambda: server.marks(2) == MARKS)
    assert len(site.mail) == 1
    assert server.connections == 4


async def test_what_could_not_be_stored_is_not_marked_and_is_taken_when_it_can(server, settings, site, caplog):
    marked = []
    server.before = {"STORE": lambda: marked.append(len(site.mail))}
    site.failing = [RuntimeError("Karen Testdal"), OSError("database is locked")]
    async with picking_up(server, settings, site):
        await until(lambda: 0 in site.told)
    assert site.told == ["PICKUP_NOT_STORED", "PICKUP_NOT_STORED", 0]
    assert marked == [1]
    assert "Karen" not in caplog.text


@pytest.mark.parametrize("asked", ["HEADER.FIELDS", "BODY.PEEK[]<0", "STORE"])
async def test_a_mail_it_always_fails_over_keeps_none_behind_it_from_us(server, settings, site, asked):
    """As a damaged mail does on Dovecot; it is tried again each time, and last."""

    async def refusing(line, reader, writer):
        rest = line.partition(" ")[2]
        if asked not in rest or "1" not in rest.split()[2].split(","):
            return await real(line, reader, writer)
        await server._say(writer, f"{line.partition(' ')[0]} NO [SERVERBUG] damaged")
        return True

    real, server._answer = server._answer, refusing
    server.mails = [LETTER, LETTER, PRIVATE, LETTER]
    async with picking_up(server, settings, site):
        await until(lambda: server.flags == {2: MARKS, 4: MARKS})
        server.add(LETTER)
        await until(lambda: server.marks(5) == MARKS)
        assert 0 not in site.told, "people are to be told of it"
        assert len(site.mail) == 3 + (asked == "STORE")
        server._answer = real
        await until(lambda: 0 in site.told)
    assert len(site.mail) == 4


async def test_what_is_too_large_is_not_fetched_and_stays_and_is_counted(server, settings, site):
    server.sizes = {1: MAIL_BYTES + 1, 2: MAIL_BYTES + 1}
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert site.mail == []
    assert server.flags == {}
    assert site.told == [1]
    assert server.commands().count("FETCH") == 1


async def test_a_size_that_is_a_lie_does_not_bring_in_what_is_too_large(server, settings, site):
    server.mails[1] += b"x" * MAIL_BYTES
    server.sizes = {2: 900}
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert site.mail == []
    assert site.told == [1]


async def test_a_mail_that_goes_while_we_look_is_passed_over(server, settings, site):
    server.mails.append(LETTER)
    heads = "* 2 FETCH (UID 2 RFC822.SIZE 900 BODY[HEADER.FIELDS (TO)]<0> {HEAD}\r\nTAG OK said"
    head = LETTER.partition(b"\r\n\r\n")[0].decode() + "\r\n\r\n"
    server.answers["FETCH"] = [
        heads.replace("{HEAD}", f"{{{len(head)}}}\r\n{head})"),
        "TAG OK nothing there",
    ]
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert site.told == [0]
    assert site.mail == []


UNTRUSTED = {
    "an unknown authority": {"known": False},
    "another name": {"name": "localhost"},
    "an expired certificate": {"expired": True},
}


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit TLS"])
@pytest.mark.parametrize("shown", UNTRUSTED.values(), ids=UNTRUSTED.keys())
async def test_a_server_that_cannot_prove_its_name_hears_no_password(certificates, settings, site, shown, implicit):
    server = ImapServer(certificates.context(**shown), implicit=implicit, mails=[LETTER])
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert site.troubles[0] == "TLS_NOT_TRUSTED"
    assert set(server.commands()) <= {"CAPABILITY", "STARTTLS"}


@pytest.mark.parametrize("greeting", ["* OK ready", "* PREAUTH you are in", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x"])
async def test_a_server_without_tls_hears_no_password(settings, site, greeting):
    server = ImapServer(greeting=greeting, mails=[LETTER])
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert site.troubles[0] == "TLS_NOT_OFFERED"
    assert set(server.commands()) <= {"CAPABILITY"}


async def test_a_server_that_refuses_to_begin_tls_hears_no_password(server, settings, site):
    server.answers["STARTTLS"] = ["TAG NO not today"] * 99
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert site.troubles[0] == "TLS_NOT_OFFERED"
    assert set(server.commands()) <= {"CAPABILITY", "STARTTLS"}


async def test_words_slipped_in_before_the_handshake_are_not_taken_for_the_servers(server, settings, site):
    """What stands behind the answer to STARTTLS was said by anybody."""
    slipped = "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nA2 OK\r\nA3 OK\r\nA4 OK"

    async def answered(line, reader, writer):
        tag, command = line.split()[:2]
        server.told.append(line)
        if command == "STARTTLS":
            writer.write(f"{tag} OK go\r\n{slipped}\r\n".encode())
            await writer.drain()
            await writer.start_tls(server.tls)
            return True
        return await real(line, reader, writer)

    real, server._answer = server._answer, answered
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert site.told == [0]
    assert len(site.mail) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("TAG NO [AUTHENTICATIONFAILED] no", "PICKUP_LOGIN_REFUSED"),
        ("TAG NO [UNAVAILABLE] later", "PICKUP_TROUBLE"),
        ("TAG BAD what", "PICKUP_LOGIN_REFUSED"),
        (HANG_UP, "PICKUP_HUNG_UP"),
    ],
)
async def test_a_sign_in_that_fails_is_named_and_the_password_stands_in_no_log(
    server, settings, site, answer, code, caplog
):
    server.answers["AUTHENTICATE"] = [answer]
    with caplog.at_level(logging.DEBUG):
        async with picking_up(server, settings, site):
            await until(lambda: site.told)
    assert site.troubles[0] == code
    assert "hemmeligt" not in caplog.text
    assert base64.b64encode(b"\0stafet\0hemmeligt ord").decode() not in caplog.text


async def test_a_server_that_knows_login_alone_is_signed_in_to(server, settings, site):
    server.offers = "IDLE"
    async with picking_up(server, settings, site):
        await until(lambda: site.told)
    assert 'LOGIN stafet "hemmeligt ord"' in " ".join(server.told)
    assert len(site.mail) == 1


async def test_a_folder_that_is_not_there_is_named(server, settings, site):
    server.answers["SELECT"] = ["TAG NO no such folder"]
    async with picking_up(server, settings, site, folder="Ældre post"):
        await until(lambda: site.told)
    assert site.troubles[0] == "PICKUP_NO_FOLDER"
    assert 'SELECT "&AMY-ldre post"' in " ".join(server.told)


async def test_files_that_cannot_be_read_and_servers_that_cannot_be_reached_are_named(server, settings, tmp_path):
    for changes, code in (
        ({"password_file": tmp_path / "none"}, "PICKUP_PASSWORD_UNREADABLE"),
        ({"ca_file": tmp_path / "none"}, "PICKUP_CA_UNREADABLE"),
        ({"port": 9}, "PICKUP_NOT_REACHED"),
        ({"host": "nowhere.invalid"}, "PICKUP_NOT_REACHED"),
    ):
        site = Kept()
        async with picking_up(server, settings, site, **changes):
            await until(lambda site=site: site.told)
        assert site.troubles[0] == code
    assert server.connections == 0


ENDLESS = (b"* SEARCH " + b"1 " * 400_000 + b"\r\n") * 12
HOSTILE = {
    "a literal without end": ("FETCH", "* 2 FETCH (UID 2 BODY[] {99999999999}\r\nx", "PICKUP_TOO_MUCH"),
    "a literal of a number without end": ("FETCH", "* 2 FETCH (UID 2 BODY[] {" + "9" * 5000 + "}\r\nx", None),
    "a line without end": ("SEARCH", b"* SEARCH " + b"1 " * 4_500_000, "PICKUP_TOO_MUCH"),
    "answers without end": ("SEARCH", ENDLESS, "PICKUP_TOO_MUCH"),
    "no numbers": ("SEARCH", "* SEARCH one two\r\nTAG OK said", "PICKUP_MISUNDERSTOOD"),
    "numbers that are none": ("SEARCH", "* SEARCH 0 99999999999999 \r\nTAG OK said", None),
    "numbers with too many digits": ("SEARCH", "* SEARCH " + "9" * 5000 + "\r\nTAG OK said", "PICKUP_MISUNDERSTOOD"),
    "other mails than were asked for": (
        "FETCH",
        "* 9 FETCH (UID 77 RFC822.SIZE 9 BODY[] {1}\r\nx)\r\nTAG OK said",
        None,
    ),
    "an answer cut short": ("FETCH", "* 2 FETCH (UID 2 RFC822.SIZE\r\nTAG OK said", "PICKUP_MISUNDERSTOOD"),
    "brackets in brackets": ("FETCH", "* 2 FETCH " + "(" * 5000 + "\r\nTAG OK said", None),
    "another protocol": ("SEARCH", "HTTP/1.1 400 Bad Request\r\n", "PICKUP_MISUNDERSTOOD"),
    "no": ("SEARCH", "TAG NO said", "PICKUP_MISUNDERSTOOD"),
    "goodbye": ("SEARCH", "* BYE tired", None),
    "zeros": ("SEARCH", b"\0" * 4096 + b"\r\n", "PICKUP_MISUNDERSTOOD"),
    "a hang-up": ("FETCH", HANG_UP, "PICKUP_HUNG_UP"),
    "a mail that is never finished": ("FETCH", "* 2 FETCH (UID 2 BODY[] {900}\r\nx", None),
    "silence": ("SEARCH", b"", "PICKUP_SILENT"),
    "flags that are none": ("STORE", "* 2 FETCH (UID 2)\r\nTAG OK said", None),
}
STALLING = {"a mail that is never finished", "silence"}


@pytest.mark.parametrize("said", HOSTILE)
async def test_whatever_a_server_says_it_ends_and_the_letter_is_found_at_the_next_try(
    server, settings, site, monkeypatch, caplog, said
):
    monkeypatch.setattr(imap_in, "ANSWER_SECONDS", 0.3 if said in STALLING else LONG)
    command, answer, code = HOSTILE[said]
    server.answers[command] = [answer]
    async with picking_up(server, settings, site):
        await until(lambda: server.marks(2) == MARKS or (site.told and not site.troubles))
    assert code is None or site.troubles[0] == code
    assert len(site.mail) <= 1
    assert "testdal" not in caplog.text


async def test_a_server_that_drips_is_not_listened_to_for_ever(server, settings, site, monkeypatch):
    monkeypatch.setattr(imap_in, "ANSWER_SECONDS", 0.4)

    async def dripping(line, reader, writer):
        if "SEARCH" not in line or server.connections > 1:
            return await real(line, reader, writer)
        for _ in range(200):
            if writer.is_closing():
                break
            writer.write(b"* 1 EXISTS\r\n")
            await asyncio.sleep(0.05)
        return False

    real, server._answer = server._answer, dripping
    async with picking_up(server, settings, site):
        await until(lambda: site.mail)
    assert site.troubles == ["PICKUP_SILENT"]


async def test_a_stop_ends_it_at_once_whatever_the_server_does(server, settings, site):
    server.answers["SEARCH"] = [b""]
    async with picking_up(server, settings, site) as picks:
        await until(lambda: "SEARCH" in server.commands())
        async with asyncio.timeout(LONG):
            await asyncio.to_thread(picks.stop)
        assert not picks._thread.is_alive()
        picks.stop = lambda: None
    assert site.told == []


async def test_trouble_is_tried_again_later_each_time_and_soon_after_it_went_well(server, settings, site, monkeypatch):
    rests = []
    monkeypatch.setattr(pickup, "FIRST_REST", 1.0)
    real = imap_in.Bell.wait
    monkeypatch.setattr(
        imap_in.Bell,
        "wait",
        lambda bell, seconds, line=None: rests.append(seconds) if not line else real(bell, 9, line),
    )
    server.answers["SELECT"] = ["TAG NO said"] * 11
    server.answers["IDLE"] = [HANG_UP]
    async with picking_up(server, settings, site):
        await until(lambda: len(rests) >= 12)
    assert rests[:12] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 1]


async def test_the_log_holds_numbers_and_codes_only(server, settings, site, caplog):
    server.answers["SEARCH"] = ["* NO karen@testdal.example\r\nTAG NO karen@testdal.example"]
    with caplog.at_level(logging.DEBUG):
        async with picking_up(server, settings, site):
            await until(lambda: 0 in site.told)
    spoken = " ".join(record.getMessage() for record in caplog.records if record.name.partition(".")[0] != "asyncio")
    assert "PICKUP_MISUNDERSTOOD" in spoken
    assert "arrival 1 picked up" in spoken
    for word in ("testdal", "randers.example", "bange", "hemmeligt"):
        assert word not in spoken
