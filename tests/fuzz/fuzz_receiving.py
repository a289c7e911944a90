"""The whole way in: a mail is stored, looked at, and becomes a letter taken over, a refusal, or is set aside."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

import bodies
from fuzz_ends import End, Ends
from fuzz_hostile import MAILS
from fuzz_mutations import JSON, MAIL, spoiled
from fuzz_parsers import FIGURES, REFERRALS, shown
from fuzz_watch import CANARY, Broken, Target

from gateway.exchange.arrivals import Outcome
from gateway.exchange.rows import EnvelopeRow
from gateway.wire import envelope
from gateway.wire.letters import Kind
from keys.sealing import seal

ANSWERED = {Outcome.TAKEN, Outcome.DUPLICATE, Outcome.REFUSED}
SILENT = {Outcome.QUARANTINED, Outcome("automatic")}
OF_DELIVERIES = {"outgoing", "envelopes", "steps"}
"""What a report that a letter came back may change."""

NEW = "0d9e3c1c-7c1f-4b55-9d0e-8b1f5a6c7d99"
"""A conversation nobody has begun."""

Seal = Callable[[bytes, str], bytes]


@dataclass(frozen=True)
class Receiving(Target):
    """Mail for one end. A case spoils what is inside the seal, or around it, or both; the seal itself is made anew."""

    ends: Ends | None = None
    seal: Seal | None = None

    def case(self, seed: str, at: int) -> bytes:
        if at < len(MAILS):
            return MAILS[at]
        random = Random(f"{seed}/{self.name}/{at}")  # noqa: S311 - to be repeated, not to be secret
        payload, inner, outer = random.choice(((1, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 0, 0)))
        said = random.choice(self.seeds)
        said = spoiled(random, said, self.seeds, JSON) if payload else said
        outside = self._outside(random)
        content = envelope.fill(outside, envelope.Words("Henvendelse", CANARY), said, automatic=random.random() < 0.2)
        content = spoiled(random, content, MAILS, MAIL) if inner else content
        mail = envelope.wrap(self.seal(content, self._signer(random)), outside)
        return spoiled(random, mail, MAILS, MAIL) if outer else mail

    def _outside(self, random: Random) -> envelope.Outside:
        there, here = self._addresses
        return envelope.Outside(there, here, str(random.getrandbits(64)), self.ends.region.site.clock())

    @property
    def _addresses(self) -> tuple[str, str]:
        region, randers = self.ends.region.site.address, self.ends.randers.site.address
        return (region, randers) if self.name.startswith("receive-unit") else (randers, region)

    def _signer(self, random: Random) -> str:
        """Nine times in ten the right one; else one we trust for something else, or nobody."""
        right = self.ends.region if self.name.startswith("receive-unit") else self.ends.randers
        return random.choice([right.site.key] * 18 + [self.ends.stranger.key, "F" * 40])


def receiving(ends: Ends) -> Iterator[Target]:
    """List both ends with the stand-in for speed, and both with real keys for the truth."""
    for name, end, share in (("receive-unit", ends.randers, 50), ("receive-region", ends.region, 50)):
        seeds = [json.dumps(one, ensure_ascii=False).encode() for one in _letters(ends, end)]
        yield Receiving(name, _reader(ends, end), seeds, (), share, ends, ends.stand_in.seal)
        yield Receiving(f"{name}-sealed", _reader(ends, end, real=True), seeds, (), 3, ends, _real(ends, end))


def _real(ends: Ends, end: End) -> Seal:
    """Seal for `end` with GnuPG; nobody has the unknown signer's key, so that one is the stranger's too."""
    signers = {site.key: site for site in (ends.region.site, ends.randers.site, ends.stranger)}

    def sealed(content: bytes, signer: str) -> bytes:
        by = signers.get(signer, ends.stranger)
        return seal(by.station.keyring, content, signer=by.key, reader=end.site.key).ciphertext

    return sealed


def _reader(ends: Ends, end: End, *, real: bool = False) -> Callable[[bytes], None]:
    def read(mail: bytes) -> None:
        if real:
            outcome, _reason = end.site.take(mail)
            believed = None
        else:
            with ends.without_keys() as stand_in:
                outcome, _reason = end.site.take(mail)
            believed = stand_in.believed
        ends.outcomes[outcome] += 1
        try:
            _judge(end, outcome, real or believed is not None)
            if outcome == Outcome.TAKEN and not real:
                ends.outcomes[_again(ends, end, mail)] += 1
                _can_be_read(end)
        finally:
            if outcome not in SILENT:
                end.reset()

    return read


def _again(ends: Ends, end: End, mail: bytes) -> Outcome:
    """Let the same mail come once more: it is a duplicate, and all that happens is that it is answered as before."""
    receipts = [(row.letter_id, end.site.said(row)) for row in end.site.receipts()]
    with ends.without_keys():
        outcome, _reason = end.site.take(mail)
    if outcome != Outcome.DUPLICATE or receipts != [(row.letter_id, end.site.said(row)) for row in end.site.receipts()]:
        raise Broken(f"the second copy of a letter that was taken is {outcome}, or is answered otherwise")
    return outcome


def _can_be_read(end: End) -> None:
    """Lay out every page a person may open now: nothing in it steers a terminal."""
    for section in end.pages(end):
        for words in (section.heading, section.text, *(word for fact in section.facts for word in fact)):
            shown(words, whole=True)


def _judge(end: End, outcome: Outcome, believed: bool) -> None:
    changed = {table for table in end.changes() if not table.startswith("audit")}
    if outcome in SILENT and changed:
        raise Broken(f"{outcome}, and yet something changed: {sorted(changed)}")
    if outcome == Outcome("bounce") and changed - OF_DELIVERIES:
        raise Broken(f"a bounce changed {sorted(changed)}")
    if outcome in ANSWERED:
        if not believed:
            raise Broken(f"{outcome}, and nobody we trust had signed it")
        _answers_only_the_sender(end)
    elif outcome not in SILENT and outcome != Outcome("bounce"):
        raise Broken(f"left {outcome}")


def _answers_only_the_sender(end: End) -> None:
    for row in end.site.receipts():
        said = json.dumps(dict(end.site.said(row)))
        if CANARY in said:
            raise Broken("a receipt quotes what was read")


def _letters(ends: Ends, end: End) -> Iterator[Mapping[str, object]]:
    """Write each kind of letter that `end` may be sent, in the conversation that is under way, and a new referral."""
    to_unit = end is ends.randers
    writer, reader = (ends.region, ends.randers) if to_unit else (ends.randers, ends.region)
    head = {
        "schema": 1,
        "sent_at": ends.region.site.clock().isoformat(),
        "from": _named(writer),
        "to": _named(reader),
        "padding": "x" * 50,
    }
    for kind, body in _bodies(ends, end):
        conversation = NEW if kind in (Kind.REFERRAL, Kind.FIGURES) else ends.conversation
        number = "2026-0099" if kind is Kind.REFERRAL else ends.number
        letter = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}{json.dumps(body)}"))
        yield {**head, "letter_id": letter, "conversation_id": conversation, "number": number, "kind": kind} | {
            "body": body
        }


def _bodies(ends: Ends, end: End) -> Iterator[tuple[Kind, Mapping[str, object]]]:
    if end is ends.randers:
        yield from ((Kind.REFERRAL, {"referral": {**one, "text": CANARY}}) for one in REFERRALS[:6])
    for kind, body in bodies.FOLLOWING.values():
        said = {name: f"{value} {CANARY}" if name in {"text", "remark"} else value for name, value in body.items()}
        yield kind, said if body else FIGURES
    sent = end.site.rows(EnvelopeRow)
    if sent:
        digest, one = sent[0].digest, sent[0].envelope_id
        receipt = {"of": sent[0].letter_id, "envelope": one, "digest": digest, "received_at": "2026-11-22T08:00:00Z"}
        yield Kind.RECEIPT, {**receipt, "verdict": "ok"}
        yield Kind.RECEIPT, {**receipt, "verdict": "fatal-error", "reason": CANARY}


def _named(end: End) -> Mapping[str, str]:
    return {"party": end.site.party, "address": end.site.address, "fingerprint": end.site.key}
