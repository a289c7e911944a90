"""Sequoia, RNP and OpenPGP.js: they open what we seal, we open what they seal, and we seal to keys that they make."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import sites
from mail_program import MailProgram, quoted
from mail_town import Town
from peer_post import Post, sealed_in_mail
from peer_table import record
from pgp_programs import PROGRAMS, SAFE, OpenPGPjs, Pair, Program, Refused, Rnp

from inbox_tui.casework.case import CaseState
from keys.errors import Damaged, UnusableKey, WeakDigest
from keys.keyring import Keyring, inspect_public
from keys.sealing import open_sealed
from tests.gateway.referring.mailed_region import MailedRegion

pytestmark = pytest.mark.peers

YES = "Vi tager over. Venlig hilsen Hjemmeplejen – Åse Ærøe"
SUBJECT = f"Re: Videresendt bekymringshenvendelse {sites.NUMBER}"
MADE = [(program, kind) for program in PROGRAMS for kind in program.kinds]
NAMES = [f"{program.name} {kind}" for program, kind in MADE]


@dataclass(frozen=True)
class Correspondent(MailProgram):
    """A person who works with one of these programs, by a key that the program made."""

    program: Program = field(kw_only=True)
    secret: bytes = field(kw_only=True, repr=False)
    known: list[bytes] = field(default_factory=list)

    def knows(self, certificate: bytes) -> None:
        self.known.append(certificate)

    def reads(self, raw: bytes) -> EmailMessage:
        content = self.program.opens(sealed_in_mail(raw), secret=self.secret, signer=self.known[0])
        return message_from_bytes(content, policy=policy.default)

    def sealed(self, content: bytes, *_options: str, to: object = None, sign: bool = True) -> bytes:
        assert to
        assert sign
        return self.program.makes(content, secret=self.secret, reader=self.known[0])


def correspondent(program: Program, pair: Pair) -> Correspondent:
    return Correspondent(program.folder, pair.fingerprint, pair.certificate, program=program, secret=pair.secret)


@pytest.fixture(params=PROGRAMS, ids=lambda program: program.name)
def program(request, short_path) -> Program:
    return request.param(short_path)


@pytest.fixture
def ring(short_path) -> Iterator[Keyring]:
    """A key ring of ours, that holds nothing yet."""
    with Keyring(short_path / "ring", "En hemmelighed, som kun prøven kender") as ring:
        yield ring


def test_it_opens_a_referral_and_nothing_that_was_spoiled(program, post: Post, request):
    """To the byte; neither a bit that was turned, nor a lost end, nor another's signature, nor none."""
    keys = {"secret": post.unit.secret, "signer": post.region.certificate}
    assert program.opens(post.sealed, **keys) == post.content
    for sealed in post.spoiled.values():
        with pytest.raises(Refused):
            program.opens(sealed, **keys)
    record(request, program.name, program.version, opens=True)


@pytest.mark.parametrize(("make", "kind"), MADE, ids=NAMES)
def test_a_department_with_a_key_of_its_own_reads_the_referral_and_takes_it_over(make, kind, line, short_path, request):
    """E7, S19: its key is pinned, we seal to it, it opens that and answers, and the answer is proved twice."""
    program = make(short_path)
    person = correspondent(program, program.key(kind))
    line.clock.now = sites.utc_now()
    town = Town(line, person)
    (raw,) = town.forward()
    text = person.text(raw)
    assert "Hvis I tager over: Besvar denne mail med »Svar«" in text
    assert "Ring til mig." in text
    assert town.site.take(person.by_thunderbird(town.site.key, f"{YES}\n\n{quoted(text)}", SUBJECT)) == ("taken", "")
    assert (town.case.state, town.taken_over_by()) == (CaseState.TAKEN_OVER, "Hjemmepleje")
    record(request, program.name, program.version, makes=True, keys=True)


def test_a_municipality_without_the_inbox_acknowledges_by_answering(program, line, request):
    """E13, L5: its own key is pinned at the region, and its signed answer, which quotes our letter, counts."""
    person = correspondent(program, program.key(SAFE))
    line.clock.now = sites.utc_now()
    region = MailedRegion(line, person)
    number = region.sent()
    ((crossed, _sender, _to),) = region.site.relay.crossed
    text = region.program.text(crossed)
    assert "Hvad I skal gøre" in text
    assert region.answers(f"Vi har den.\n\n{quoted(text)}", "Re: [...]") == ("taken", "")
    assert region.row(number).acknowledged_at is not None
    record(request, program.name, program.version, makes=True)


def test_a_damaged_answer_takes_nothing_over(program, line):
    person = correspondent(program, program.key(SAFE))
    line.clock.now = sites.utc_now()
    town = Town(line, person)
    town.forward()
    lines = person.by_thunderbird(town.site.key, YES, SUBJECT).split(b"\r\n")
    middle = next(n for n, one in enumerate(lines) if one.startswith(b"-----BEGIN")) + 8
    lines[middle] = lines[middle].swapcase()
    assert town.site.take(b"\r\n".join(lines))[0] == "quarantined"
    assert town.case.state is CaseState.FORWARDED


# What is not used here


@pytest.mark.parametrize("kind", ["rfc9580", "v6"])
def test_the_newest_kinds_of_key_are_refused_before_anything_is_sealed_to_them(kind, ring, short_path):
    """RFC 9580: GnuPG 2.2 knows neither its algorithms nor its version."""
    certificate = OpenPGPjs(short_path).key(kind).certificate
    with pytest.raises(UnusableKey):
        ring.import_public(certificate, expected=inspect_public(certificate).fingerprint, now=sites.utc_now())


@pytest.mark.parametrize(("how", "refusal"), [("--aead=ocb", Damaged), ("--hash=SHA1", WeakDigest)])
def test_a_seal_of_another_kind_is_refused(how, refusal, line, short_path):
    """Nobody makes one for our key, which does not ask for it; whoever does so all the same gets nothing taken."""
    program, ring = Rnp(short_path), line.randers.station.keyring
    pair = program.key(SAFE)
    how_made = {"secret": pair.secret, "reader": ring.export_public(line.randers.key), "how": (how,)}
    line.clock.now = sites.utc_now()
    ring.import_public(pair.certificate, expected=pair.fingerprint, now=line.clock())
    who = {"reader": line.randers.key, "signers": {pair.fingerprint}, "now": line.clock()}
    with pytest.raises(refusal):
        open_sealed(ring, program.makes(b"Vi tager over.", **how_made), **who, by_mail_program=True)
