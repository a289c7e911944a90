"""Both ends behind real mail servers: daemon, Postfix, Postfix, LMTP, daemon, and the receipt back the whole way."""

import re
import smtplib
import ssl
from contextlib import contextmanager

import pytest
from journey_road import SENDER, UNIT_PHONE, WORKER, Road
from journey_sites import Site, until
from peer_table import record
from post_offices import COLLEAGUE, HERE, PASSWORDS, REGION_MAIL, UNIT_MAIL, offices
from postfix import postfix_folder

pytestmark = pytest.mark.peers


class Journey:
    """Both sites, and their organisations' mail servers."""

    def __init__(self, folder, both):
        self.both, (self.region_post, self.unit_post) = both, (both.region.post, both.unit.post)
        self.road = Road(Site("stafet-gateway", folder / "region"), Site("stafet-inbox", folder / "unit"))

    def set_up(self):
        """Make and join both sites; each sends through its Postfix, signs in there, and is brought mail by LMTP."""
        both, road = self.both, self.road
        relays = [f"{HERE}:{office.out}" for office in (both.region, both.unit)]
        road.make(*relays, *(self.by_lmtp(office) for office in (both.region, both.unit)))
        for site, office in ((road.region, both.region), (road.unit, both.unit)):
            password, settings = site.home / "relay-password", site.home / "settings.toml"
            password.touch(mode=0o600)
            password.write_text(PASSWORDS[office.login])
            login = f'[relay]\nuser = "{office.login}"\npassword_file = "relay-password"\n'
            settings.write_text(settings.read_text("utf-8").replace("[relay]\n", login), "utf-8")
        road.join()
        road.region.start()
        road.unit.start()
        road.known()

    def by_lmtp(self, office):
        relay = ("--relay-ca", self.both.authorities.ca_file)
        return "--listen", f"{HERE}:{office.door}", "--door-kind", "lmtp", *relay

    def why(self, letter):
        return self.road.region.ask("SELECT state, reason FROM outgoing WHERE letter_id = ?", letter)[0]


@pytest.fixture(scope="module")
def journey():
    with postfix_folder() as folder, offices(folder) as both:
        journey = Journey(folder, both)
        try:
            journey.set_up()
            yield journey
        finally:
            journey.road.end()


def test_a_referral_goes_the_whole_way_and_the_region_sees_who_took_it(journey, request):
    """D2, D7: the receipt, and the name of who took over, come back through four mail servers."""
    road = journey.road
    letter = road.refer()
    road.receipted(letter)
    ((number,),) = road.region.ask("SELECT number FROM outgoing WHERE letter_id = ?", letter)
    road.unit("acknowledge", number, "--as", WORKER)
    until(lambda: road.region.ask("SELECT acknowledged_at FROM referrals WHERE letter_id = ?", letter)[0][0])
    status = road.region("status", number, "--json", "--as", SENDER).json

    assert status["states"] == ["queued", "sent", "received", "acknowledged"]
    assert (status["acknowledged_by"], status["acknowledged_phone"]) == (WORKER, UNIT_PHONE)
    assert road.cases(letter) == 1
    assert "Verified TLS connection established" in journey.region_post.log
    assert "Verified TLS connection established" in journey.unit_post.log
    assert "sasl_method=PLAIN, sasl_username=stafet-region" in journey.region_post.log
    assert re.search(r"postfix/stafet/lmtp.*status=sent \(250 2\.0\.0 stored\)", journey.unit_post.log)
    version = journey.region_post.command("postconf", "-dh", "mail_version").strip()
    record(request, "Postfix", version, carries=True)


def test_a_wrong_password_is_named_as_such_and_the_letter_leaves_with_the_right_one(journey):
    road, file = journey.road, journey.road.region.home / "relay-password"
    right = file.read_text()
    file.write_text("en anden")
    letter = road.refer()
    assert until(lambda: journey.why(letter)[1]) == "RELAY_LOGIN_REFUSED"
    assert journey.why(letter)[0] == "queued"
    assert "SASL PLAIN authentication failed" in journey.region_post.log
    file.write_text(right)
    road.region.change("UPDATE outgoing SET next_at = posted_at WHERE letter_id = ?", letter)
    road.receipted(letter)
    assert road.cases(letter) == 1


@contextmanager
def signed_in(journey, login="stafet-region", password=None):
    """Talk to the region's way out as a program that knows a password."""
    both = journey.both
    with smtplib.SMTP(HERE, both.region.out, timeout=60) as smtp:
        smtp.starttls(context=ssl.create_default_context(cafile=both.authorities.ca_file))
        smtp.login(login, password or PASSWORDS[login])
        yield smtp


def test_the_way_out_takes_nothing_without_tls_nothing_without_a_password_and_no_other_sender(journey):
    both = journey.both
    with smtplib.SMTP(HERE, both.region.out, timeout=60) as smtp:
        assert smtp.docmd("EHLO", "x.example")[0] == 250
        assert smtp.docmd(f"MAIL FROM:<{REGION_MAIL}>")[0] == 530
        smtp.starttls(context=ssl.create_default_context(cafile=both.authorities.ca_file))
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail(REGION_MAIL, [UNIT_MAIL], "Subject: x\r\n\r\nx")
    with signed_in(journey) as smtp, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.sendmail("direktionen@praehospitalet.example", [UNIT_MAIL], "Subject: x\r\n\r\nx")
    assert refused.value.recipients[UNIT_MAIL][0] == 553


def test_the_unit_s_address_is_reached_over_tls_alone_and_a_colleague_s_as_before(journey):
    both, mail = journey.both, "Subject: Frokost\r\n\r\nKl. 12?"
    with smtplib.SMTP(HERE, both.unit.post.port, timeout=60) as smtp:
        smtp.sendmail("ven@andet.example", [COLLEAGUE], mail)
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="encryption is required"):
            smtp.sendmail("ven@andet.example", [UNIT_MAIL], mail)
        smtp.starttls(context=ssl.create_default_context(cafile=both.authorities.ca_file))
        smtp.sendmail("ven@andet.example", [UNIT_MAIL], mail)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("ven@andet.example", ["ingen@aarhus.example"], mail)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("ven@andet.example", ["nogen@andet.example"], mail)
    until(lambda: len(both.dovecot.flags(COLLEAGUE)) == 1)
    until(lambda: journey.road.unit.ask("SELECT count(*) FROM arrivals WHERE outcome = 'quarantined'") == [(1,)])


PICKUP = """
[pickup]
host = "{host}"
port = {port}
ca_file = "{ca_file}"
user = "{user}"
password_file = "imap-password"
"""


@pytest.fixture
def picked_up(journey):
    """The unit's address is now a mailbox on Dovecot, which others read as well, and nothing comes to the door."""
    both, unit, secret = journey.both, journey.road.unit, "Blæst over Aarhus Bugt"
    both.dovecot.add(UNIT_MAIL, secret)
    both.dovecot.deliver(b"From: karen@testdal.example\r\nSubject: Hej\r\n\r\nRing til mig\r\n", to=UNIT_MAIL)
    unit.stop()
    both.unit.post.script("letters-in.sh", ADDRESS=UNIT_MAIL, DOOR=f"{HERE}:{both.dovecot.lmtp_port}")
    password = unit.home / "imap-password"
    password.touch(mode=0o600)
    password.write_text(secret, encoding="utf-8")
    where = {"host": HERE, "port": both.dovecot.imaps_port, "ca_file": both.dovecot.ca_file, "user": UNIT_MAIL}
    with (unit.home / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write(PICKUP.format(**where))
    unit.start()
    return both.dovecot


def test_a_unit_whose_address_is_a_mailbox_has_its_letters_pushed_to_it(journey, picked_up):
    """Postfix, Postfix, Dovecot, IDLE; and who reads the same mailbox finds their own mail as they left it."""
    letters = [journey.road.refer()]
    journey.road.receipted(letters[0])
    letters.append(journey.road.refer())
    journey.road.receipted(letters[1])

    assert [journey.road.cases(letter) for letter in letters] == [1, 1]
    until(lambda: set(list(picked_up.flags(UNIT_MAIL).values())[1:]) == {(b"$Stafet", rb"\Seen")})
    assert next(iter(picked_up.flags(UNIT_MAIL).values())) == ()
    assert journey.unit_post.log.count(f"]:{picked_up.lmtp_port},") >= len(letters)
