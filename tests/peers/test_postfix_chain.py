"""Real mail servers between us: those nobody may trust get nothing, one mail stays one, and many come through."""

import asyncio
import re
import smtplib
import ssl
import subprocess
from contextlib import contextmanager

import pytest
from lmtp_sink import lmtp_sink
from mails import OUTSIDE, outer
from post_offices import COLLEAGUE, HERE, PASSWORDS, REGION_MAIL, UNIT_MAIL, offices
from postfix import DEPLOY, free_port, postfix_folder, until
from smuggling import ENDS

from gateway.adapters.smtp_out import SmtpRelay
from gateway.exchange.ports import Attempt, Passage
from gateway.site.settings import RelaySettings
from gateway.wire.mail_limits import MAIL_BYTES

pytestmark = pytest.mark.peers

MANY = 200
NEVER = {
    "a wrong name": "TLS_NOT_TRUSTED",
    "an expired certificate": "TLS_NOT_TRUSTED",
    "an unknown authority": "TLS_NOT_TRUSTED",
    "no TLS": "TLS_NOT_OFFERED",
}


@pytest.fixture(scope="module")
def both():
    with postfix_folder() as folder, offices(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def bad_ports(both):
    """Ports at which the municipality's server answers as nobody may be trusted."""
    issue, name, post = both.authorities.issue, both.unit.name, both.unit.post
    shown = {
        "a wrong name": issue("mx.andet.example", "192.0.2.9"),
        "an expired certificate": issue(HERE, name, expired=True),
        "an unknown authority": issue(HERE, name, known=False),
        "no TLS": None,
    }
    ports = {how: free_port() for how in shown}
    for how, port in ports.items():
        service = f"{HERE}:{port}/inet"
        post.command("postconf", "-Me", f"{service}={HERE}:{port} inet n - n - - smtpd")
        post.command("postconf", "-Pe", f"{service}/syslog_name=postfix/bad-{port}")
        if shown[how] is None:
            post.command("postconf", "-Pe", f"{service}/smtpd_tls_security_level=none")
        else:
            own = {"smtpd_tls_cert_file": shown[how].certificate, "smtpd_tls_key_file": shown[how].key}
            for setting, file in own.items():
                post.command("postconf", "-Pe", f"{service}/{setting}={file}")
    post.reload()
    return ports


def tls(both):
    return ssl.create_default_context(cafile=both.authorities.ca_file)


@contextmanager
def at_the_way_out(both):
    """Talk to the region's Postfix as a program that knows its password."""
    with smtplib.SMTP(HERE, both.region.out, timeout=60) as smtp:
        smtp.starttls(context=tls(both))
        smtp.login(both.region.login, PASSWORDS[both.region.login])
        yield smtp


@contextmanager
def at_the_unit(both):
    """Talk to the municipality's Postfix as another mail server does."""
    with smtplib.SMTP(HERE, both.unit.post.port, timeout=60) as smtp:
        smtp.starttls(context=tls(both))
        yield smtp


def taken_at(post, port):
    """Tell what the server at a port says it was told: each command of each conversation, with how often."""
    return re.findall(rf"bad-{port}/smtpd\[\d+\]: disconnect from \S+ (.*)", post.log)


@pytest.mark.parametrize(("how", "code"), NEVER.items())
def test_a_server_we_cannot_trust_is_told_nothing_by_a_gateway(both, bad_ports, how, code):
    """Datatilsynet: TLS 1.2 or better, to whom the certificate names."""
    port, post = bad_ports[how], both.unit.post
    settings = RelaySettings(host=HERE, port=port, ca_file=both.authorities.ca_file)
    attempt = asyncio.run(SmtpRelay(settings).send(outer(), OUTSIDE.sender, UNIT_MAIL))

    assert attempt == Attempt(Passage.NOT_REACHED, code)
    (said,) = until(lambda: taken_at(post, port), lambda: post.log[-2000:])
    assert not re.search("mail=|rcpt=|data=", said)
    assert post.queue() == []


def test_nor_by_the_region_s_postfix_which_keeps_the_mail(both, bad_ports):
    region, unit = both.region.post, both.unit.post
    domains = {how: f"nr{port}.example" for how, port in bad_ports.items()}
    for how, domain in domains.items():
        host, trust = f"[{HERE}]:{bad_ports[how]}", {"NAME": both.unit.name, "AUTHORITY": both.authorities.ca_file}
        region.script("partner.sh", DOMAIN=domain, HOST=host, **trust)
    before = {how: len(taken_at(unit, port)) for how, port in bad_ports.items()}
    with at_the_way_out(both) as smtp:
        for domain in domains.values():
            smtp.sendmail(REGION_MAIL, [f"x@{domain}"], outer())
    for how, domain in domains.items():
        refused = rf"to=<x@{domain}>.*status=deferred \((Server certificate not|TLS is required, but was not offered)"
        until(lambda refused=refused: re.search(refused, region.log), lambda: region.log[-3000:])
        port = bad_ports[how]
        until(lambda how=how, port=port: len(taken_at(unit, port)) > before[how], lambda: unit.log[-3000:])
        assert not any(re.search("mail=|rcpt=|data=", said) for said in taken_at(unit, port))
    waiting = {one["recipients"][0]["address"] for one in region.queue()}
    assert waiting == {f"x@{domain}" for domain in domains.values()}, "nothing is lost: it waits"
    assert unit.queue() == []
    region.command("postsuper", "-d", "ALL")


@pytest.mark.parametrize("way", [at_the_way_out, at_the_unit])
def test_one_mail_stays_one_through_the_whole_chain(both, way):
    """SMTP smuggling, by somebody who may send here, and by any server on the net; or near, as Postfix sees it here."""
    for post in (both.region.post, both.unit.post):
        post.set("mynetworks=127.0.0.0/8")
    with lmtp_sink(both.unit.door, UNIT_MAIL) as sink:
        for number, end in enumerate(ENDS.values()):
            with way(both) as smtp:
                smuggled(smtp, number, end)
        mails = sink.has(len(ENDS), lambda: both.unit.post.log[-3000:])
        until(lambda: not both.region.post.queue() and not both.unit.post.queue())
        numbers = [int(re.search(rb"(?m)^Subject: number (\d+)", mail)[1]) for mail in mails]
    for post in (both.region.post, both.unit.post):
        post.set("mynetworks=192.0.2.0/24")
    assert sorted(numbers) == list(range(len(ENDS)))
    assert all(b"smuggled" in mail.partition(b"\r\n\r\n")[2] for mail in mails)


def smuggled(smtp, number, end):
    """Say one mail with a second behind a false end, and hear one answer."""
    second = f"MAIL FROM:<{REGION_MAIL}>\r\nRCPT TO:<{UNIT_MAIL}>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"
    assert smtp.docmd(f"MAIL FROM:<{REGION_MAIL}>")[0] == 250
    assert smtp.docmd(f"RCPT TO:<{UNIT_MAIL}>")[0] == 250
    assert smtp.docmd("DATA")[0] == 354
    smtp.send(f"Subject: number {number}\r\n\r\nx".encode() + end + second.encode())
    assert smtp.getreply()[0] in {250, 521, 550, 554}
    assert smtp.docmd("QUIT")[0] == 221, "one answer to one mail"


def test_what_gathered_while_the_door_was_shut_comes_through_at_once_and_nothing_is_put_off(both):
    post = both.unit.post
    post.set("defer_transports=stafet")
    with at_the_unit(both) as smtp:
        for number in range(MANY):
            smtp.sendmail(REGION_MAIL, [UNIT_MAIL], f"Subject: number {number}\r\n\r\nx")
    before = len(post.log)
    with lmtp_sink(both.unit.door, UNIT_MAIL) as sink:
        post.set("defer_transports=")
        post.flush()
        mails = sink.has(MANY, lambda: post.log[-3000:])
    assert {int(re.search(rb"(?m)^Subject: number (\d+)", mail)[1]) for mail in mails} == set(range(MANY))
    assert len(mails) == MANY
    assert "stafet/lmtp" in post.log[before:]
    assert not re.search(r"stafet/lmtp.*status=(deferred|bounced)", post.log[before:])


def test_a_door_that_is_shut_costs_nothing_and_a_colleague_s_mail_does_not_wait_for_it(both):
    before = len(both.dovecot.flags(COLLEAGUE))
    with at_the_unit(both) as smtp:
        smtp.sendmail(REGION_MAIL, [UNIT_MAIL], "Subject: waits\r\n\r\nx")
        smtp.sendmail("ven@andet.example", [COLLEAGUE], "Subject: Frokost\r\n\r\nx")
    until(lambda: len(both.dovecot.flags(COLLEAGUE)) == before + 1)
    with lmtp_sink(both.unit.door, UNIT_MAIL) as sink:
        until(lambda: both.unit.post.flush() or sink.kept, lambda: both.unit.post.log[-3000:])
    assert len(sink.kept) == 1


def test_a_script_that_is_run_again_changes_nothing_but_what_it_is_told(both):
    post, files = both.unit.post, ("main.cf", "master.cf", "stafet-doors", "stafet-addresses", "stafet-sealed")
    other = post.table("others", "andre@aarhus.example local:")
    post.set(f"transport_maps={other}, {post.command('postconf', '-h', 'transport_maps').strip()}")
    before = {name: (post.conf / name).read_text() for name in files}
    post.script("letters-in.sh", ADDRESS=UNIT_MAIL, DOOR=f"{HERE}:{both.unit.door}")
    assert {name: (post.conf / name).read_text() for name in files} == before
    post.script("letters-in.sh", ADDRESS=UNIT_MAIL, DOOR=f"{HERE}:1")
    assert (post.conf / "stafet-doors").read_text() == f"{UNIT_MAIL}\tstafet:inet:{HERE}:1\n"
    assert (post.conf / "main.cf").read_text() == before["main.cf"]


@pytest.mark.parametrize("script", ["letters-in.sh", "letters-out.sh", "partner.sh"])
@pytest.mark.parametrize("conf", ["etc/postfix", "/nobody/has/this"])
def test_a_script_that_is_told_too_little_or_a_wrong_folder_says_so_and_changes_nothing(script, conf):
    done = subprocess.run(
        ["sh", DEPLOY / script], env={"PATH": "/usr/sbin:/usr/bin:/bin", "CONF": conf}, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"main.cf" in done.stderr or b"absolute" in done.stderr


WHOLE = {
    "letters-in.sh": {"ADDRESS": UNIT_MAIL, "CERTIFICATE": "/c", "KEY": "/k"},
    "letters-out.sh": {"ADDRESS": UNIT_MAIL, "LOGIN": "x", "AUTH": f"{HERE}:1", "CERTIFICATE": "/c", "KEY": "/k"},
    "partner.sh": {"DOMAIN": "randers.example"},
}


@pytest.mark.parametrize(
    ("script", "changed"),
    [
        ("letters-in.sh", {"MAIN": "message_size_limit = 1000\nmailbox_size_limit = 2000\n"}),
        ("letters-in.sh", {"ADDRESS": "a@randers.example b@randers.example"}),
        ("letters-out.sh", {"CERTIFICATE": "/a b/c"}),
        ("letters-out.sh", {"LISTEN": f"{HERE}:25"}),
        ("partner.sh", {"AUTHORITY": "/a b/c"}),
        *((name, {"CONF": "{conf} b"}) for name in WHOLE),
    ],
)
def test_a_script_that_would_stop_the_whole_mail_server_says_so_and_changes_nothing(script, changed, tmp_path):
    """Two things where Postfix takes one, a port where it listens already, a mail larger than its mailbox."""
    main = changed.get("MAIN", "")
    conf = tmp_path / changed["CONF"].format(conf="c") if "CONF" in changed else tmp_path
    conf.mkdir(exist_ok=True)
    (conf / "main.cf").write_text(main)
    (conf / "master.cf").write_text("smtp inet n - n - - smtpd\n")
    told = {"PATH": "/usr/sbin:/usr/bin:/bin", **WHOLE[script], **changed, "CONF": str(conf)}
    done = subprocess.run(["sh", DEPLOY / script], env=told, capture_output=True, check=False)
    assert done.returncode == 2, done.stderr
    assert (conf / "main.cf").read_text() == main
    assert (conf / "master.cf").read_text() == "smtp inet n - n - - smtpd\n"
    assert sorted(one.name for one in conf.iterdir()) == ["main.cf", "master.cf"]


def test_a_letter_of_the_largest_size_gets_through_where_less_was_allowed(both):
    post, largest = both.unit.post, b"x" * 70 + b"\r\n"
    post.set("message_size_limit=1000000")
    post.script("letters-in.sh", ADDRESS=UNIT_MAIL, DOOR=f"{HERE}:{both.unit.door}")
    assert int(post.command("postconf", "-h", "message_size_limit")) >= 2 * MAIL_BYTES
    with lmtp_sink(both.unit.door, UNIT_MAIL) as sink, at_the_unit(both) as smtp:
        smtp.sendmail(REGION_MAIL, [UNIT_MAIL], b"Subject: large\r\n\r\n" + largest * (MAIL_BYTES // 72 - 50))
        until(lambda: any(len(mail) > MAIL_BYTES - 5000 for mail in sink.mails), lambda: post.log[-2000:])
