"""Every synthetic referral through both ends on this machine, by the command `make demo` and other people run."""

import email
import email.policy
import json
import subprocess
from email.message import EmailMessage
from pathlib import Path

import pysequoia
import pytest
from journey_sites import PROGRAMS, workplace
from traces import Traces

DATA = Path(__file__).parents[1] / "data" / "referrals.json"
REFERRALS = {one["id"]: one for one in json.loads(DATA.read_text("utf-8"))["referrals"]}
ACCEPTED = [name for name, one in REFERRALS.items() if one["expected"]["outcome"] == "accepted"]
REFUSED = [name for name in REFERRALS if name not in ACCEPTED]
LETTERS_EACH = 4
"""A referral, its receipt, an acknowledgement, its receipt."""
SECONDS = 150


class Demo:
    """What the demo said, and what it left behind."""

    def __init__(self, folder):
        self.kept = folder / "kept"
        line = ("stafet-inbox", "demo", "--headless", "--referrals", str(DATA), "--json", "--keep", str(self.kept))
        self.done = subprocess.run(
            [str(PROGRAMS / line[0]), *line[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={"PATH": f"{PROGRAMS}:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"},
            timeout=SECONDS,
            start_new_session=True,
            check=True,
        )
        self.told = {one["id"]: one for one in json.loads(self.done.stdout)["referrals"]}
        self.mails = {path.name: path.read_bytes() for path in sorted((self.kept / "wire").glob("*.eml"))}


@pytest.fixture(scope="module")
def demo():
    with workplace() as folder:
        yield Demo(folder)


@pytest.mark.parametrize("name", REFERRALS)
def test_each_referral_comes_out_exactly_as_it_should(name, demo):
    expected, told = REFERRALS[name]["expected"], demo.told[name]

    assert {key: told[key] for key in ("outcome", "reason_code", "recipient_code", "target_date")} == {
        key: expected[key] for key in ("outcome", "reason_code", "recipient_code", "target_date")
    }
    assert sorted(told["warnings"]) == sorted(expected["warnings"])


@pytest.mark.parametrize("name", ACCEPTED)
def test_each_accepted_referral_is_received_receipted_and_taken_over(name, demo):
    told = demo.told[name]

    assert told["states"] == ["queued", "sent", "received", "acknowledged"]
    assert told["receipt_digest_ok"] is True
    assert told["acknowledged_by"]


def test_nothing_else_is_told_and_nothing_but_json_is_printed(demo):
    assert set(demo.told) == set(REFERRALS)
    assert demo.done.stderr == b""


def test_exactly_the_letters_that_are_needed_crossed_the_wire(demo):
    assert len(demo.mails) == LETTERS_EACH * len(ACCEPTED)


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_letter_went_to_its_municipality_alone(name, demo):
    wanted = REFERRALS[name]["expected"]["recipient_email"]
    sent = [outer(mail)["To"].addresses for mail in demo.mails.values()]

    assert all(len(addresses) == 1 for addresses in sent)
    assert wanted in {addresses[0].addr_spec for addresses in sent}


def test_no_subject_reference_or_name_stands_outside_the_seal(demo):
    """RFC 3156, section 6.2; E9: nothing about the citizen in a header."""
    for mail in demo.mails.values():
        message = outer(mail)
        assert message["Subject"] == "[...]"
        assert message.get_content_type() == "multipart/encrypted"
        assert message.get_param("protocol") == "application/pgp-encrypted"
        assert {part.get_content_type() for part in message.iter_parts()} == {
            "application/pgp-encrypted",
            "application/octet-stream",
        }
        assert not {"in-reply-to", "references", "user-agent", "x-mailer"} & {key.lower() for key in message}


def test_no_personal_text_is_in_any_mail_file_database_or_log(demo):
    """Every byte that crossed between the sites (within TLS), every file of all sites, and what the demo said."""
    traces = Traces({text for one in REFERRALS.values() for text in personal(one["input"])})

    assert len(list((demo.kept / "sites").glob("*/stafet.db"))) == 1 + len(recipients())
    assert traces.below(demo.kept) == {}
    assert traces.within(demo.done.stdout + demo.done.stderr) == set()


def recipients():
    named = {one["input"]["citizen"]["home_municipality_code"] for one in REFERRALS.values()}
    return named - {"630"}  # Vejle lies outside the region and has no site


def personal(referral):
    """List what is about the citizen: who, where, how to reach, and the first words of each line of what happened."""
    citizen = referral["citizen"]
    yield from filter(None, (citizen[key] for key in ("name", "cpr", "phone", "address", "how_to_reach")))
    yield from filter(None, (citizen["safety_note"], referral["urgency_remark"], referral["consent"]["journal_ref"]))
    yield from (line[:40] for line in referral["text"].splitlines() if line)
    if citizen["cpr"]:
        yield citizen["cpr"].replace("-", "")
    if citizen["phone"]:
        yield citizen["phone"].replace(" ", "")


def outer(mail) -> EmailMessage:
    return email.message_from_bytes(mail, policy=email.policy.default)


class Reader:
    """Another OpenPGP implementation: Sequoia, given a site's secret key and the region's public one."""

    def __init__(self, kept, code):
        home = kept / "sites" / code
        secret = (home / "passphrase").read_text().strip()
        self._decryptor = pysequoia.Tsk.from_bytes(exported(home, secret)).decryptor(secret)
        region = kept / "sites" / "region"
        self._region = pysequoia.Cert.from_bytes(gpg(region, "--export"))

    def open(self, mail):
        """Give the content, and who signed it."""
        sealed = outer(mail).get_payload()[1].get_payload(decode=True)
        found = pysequoia.decrypt(sealed, decryptor=self._decryptor, store=lambda _ids: [self._region])
        return bytes(found.bytes), [signature.certificate for signature in found.valid_sigs]

    @property
    def region(self):
        return self._region.fingerprint


def exported(home, secret):
    return gpg(home, "--pinentry-mode", "loopback", "--passphrase-fd", "0", "--export-secret-keys", typed=secret)


def gpg(home, *words, typed=""):
    """Export the home's own key, which the settings name."""
    own = next(
        line.split('"')[1] for line in (home / "settings.toml").read_text().splitlines() if line.startswith("finger")
    )
    line = ["gpg", "--homedir", str(home / "gnupg"), "--batch", *words, own]
    done = subprocess.run(line, input=typed.encode(), capture_output=True, check=True, timeout=SECONDS)
    subprocess.run(["gpgconf", "--homedir", str(home / "gnupg"), "--kill", "all"], check=True)
    return done.stdout


@pytest.mark.parametrize("name", ACCEPTED)
def test_another_openpgp_implementation_opens_the_envelope_and_reads_the_payload(name, demo):
    code, written = REFERRALS[name]["expected"]["recipient_code"], REFERRALS[name]["input"]
    reader, address = Reader(demo.kept, code), REFERRALS[name]["expected"]["recipient_email"]
    opened = [reader.open(mail) for mail in demo.mails.values() if outer(mail)["To"].addresses[0].addr_spec == address]
    letters = [(inside(content), signers) for content, signers in opened]
    read = [(text, payload, signers) for (text, payload), signers in letters if payload["kind"] == "referral"]
    [(text, payload)] = [
        (text, payload) for text, payload, _ in read if payload["body"]["referral"]["reference"] == name
    ]

    assert all([key.upper() for key in signers] == [reader.region.upper()] for _, _, signers in read)
    assert payload["body"]["referral"]["text"] == written["text"]
    assert payload["body"]["referral"]["citizen"]["name"] == written["citizen"]["name"]
    assert payload["to"]["address"] == address
    for line in filter(None, written["text"].splitlines()):
        assert " ".join(line.split()) in " ".join(text.split())


def inside(content):
    """Take a letter apart: its plain Danish, and its payload."""
    parts = {part.get_content_type(): part for part in outer(content).iter_parts()}
    return parts["text/plain"].get_content(), json.loads(parts["application/json"].get_content())


def test_a_citizen_s_number_never_stands_in_a_letter_to_another_municipality(demo):
    """B2: each letter is sealed to one municipality; no other site's key opens it."""
    codes = sorted({REFERRALS[name]["expected"]["recipient_code"] for name in ACCEPTED})[:2]
    one, other = (Reader(demo.kept, code) for code in codes)
    [address] = {
        one["expected"]["recipient_email"]
        for one in REFERRALS.values()
        if one["expected"]["recipient_code"] == codes[0]
    }
    [mail, *_] = [mail for mail in demo.mails.values() if outer(mail)["To"].addresses[0].addr_spec == address]

    assert one.open(mail)[0]
    with pytest.raises(Exception, match=r".+"):
        other.open(mail)
