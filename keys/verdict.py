"""What GnuPG's status lines amount to: who signed and when, or the one reason why no content may come out.

Pure: lines in, verdict out. Neither the exit code nor a single line is believed alone; all of them must tell the same,
whole story (GnuPG, doc/DETAILS, "General status codes").
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from keys.errors import (
    BadSignature,
    Damaged,
    NotForUs,
    NotIntegrityProtected,
    OpenRefused,
    OpenSignerExpired,
    OpenSignerRevoked,
    SeveralSignatures,
    SignatureExpired,
    SignedInFuture,
    TooLarge,
    UnknownSigner,
    Unsigned,
    WeakDigest,
    WrongSigner,
)
from keys.fingerprint import Fingerprint
from keys.gpg import StatusLine

CLOCKS_MAY_DIFFER: Final = timedelta(minutes=5)
"""How far ahead of our clock a signature may be dated."""
_STRONG_DIGESTS: Final = {"8", "9", "10"}  # SHA-256, SHA-384, SHA-512 (RFC 4880 section 9.4)
_NO_PUBLIC_KEY: Final = "9"
_MDC: Final = "2"
_ORDER: Final = ("BEGIN_DECRYPTION", "NEWSIG", "END_DECRYPTION")  # the signature is inside the encryption
_MADE: Final = re.compile(r"[0-9]{1,10}")
OF_BYTES: Final = frozenset({"00"})
OF_TEXT: Final = frozenset({"00", "01"})
"""Classes of a signature (RFC 4880 section 5.2.1); a text's is made over its lines, however they end."""
_OUTCOMES: Final[dict[str, type[OpenRefused] | None]] = {
    "GOODSIG": None,
    "BADSIG": BadSignature,
    "ERRSIG": UnknownSigner,
    "EXPSIG": SignatureExpired,
    "EXPKEYSIG": OpenSignerExpired,
    "REVKEYSIG": OpenSignerRevoked,
}
_KEY_ENDED: Final = (OpenSignerExpired, OpenSignerRevoked)


@dataclass(frozen=True, slots=True)
class Signed:
    """One good signature: the primary key of its signer, and the time it claims (aware UTC)."""

    by: Fingerprint
    at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """The status lines of one decryption, and whether gpg's exit code has a harmless reason to be 2."""

    lines: Sequence[StatusLine]
    returncode: int
    exit_code_explained: bool = False

    def all(self, keyword: str) -> list[list[str]]:
        """Give the fields of every line with this keyword."""
        return [value.split(" ") for name, value in self.lines if name == keyword]

    def has(self, keyword: str) -> bool:
        """Tell whether a line with this keyword was said."""
        return any(name == keyword for name, _ in self.lines)


def judge(
    story: Story,
    *,
    reader: Fingerprint,
    signers: Collection[Fingerprint],
    now: datetime,
    classes: Collection[str] = OF_BYTES,
) -> Signed:
    """Tell who signed and when; raise an OpenRefused unless everything holds."""
    _check_decryption(story, reader)
    _check_one_signature(story)
    signed = _signed(story, signers, _OUTCOMES, classes)
    if signed.at > now + CLOCKS_MAY_DIFFER:
        raise SignedInFuture
    if story.returncode != 0 and not story.exit_code_explained:
        raise Damaged
    return signed


def judge_detached(story: Story, *, signer: Fingerprint, now: datetime) -> Signed:
    """Tell when `signer` signed what the signature stands beside; raise an OpenRefused unless everything holds.

    A key that has expired or was revoked since is no objection here: a record outlives the key it was signed by.
    Whether the key was valid when it signed, and why it was revoked, is not in GnuPG's story, and must be asked of
    somebody else.
    """
    _check_count(story)
    signed = _signed(story, {signer}, {name: why for name, why in _OUTCOMES.items() if why not in _KEY_ENDED})
    if signed.at > now + CLOCKS_MAY_DIFFER:
        raise SignedInFuture
    if story.returncode != 0:
        raise Damaged
    return signed


def _check_decryption(story: Story, reader: Fingerprint) -> None:
    if not story.has("DECRYPTION_INFO") and story.has("NO_SECKEY"):
        raise NotForUs
    if [fields[0] for fields in story.all("DECRYPTION_INFO")] != [_MDC]:
        raise NotIntegrityProtected if story.has("DECRYPTION_OKAY") else Damaged
    if story.has("DECRYPTION_FAILED") or not story.has("DECRYPTION_OKAY") or not story.has("GOODMDC"):
        raise _why_stopped(story)
    if [fields[1:2] for fields in story.all("DECRYPTION_KEY")] != [[reader]]:
        raise NotForUs
    if len(story.all("PLAINTEXT")) != 1:
        raise Damaged


def _why_stopped(story: Story) -> OpenRefused:
    # In batch mode gpg leaves at a bad or expired signature, before it says how the decryption ended.
    at_signature = [refusal for outcome, refusal in _OUTCOMES.items() if refusal and story.has(outcome)]
    return at_signature[0]() if at_signature else Damaged()


def _check_one_signature(story: Story) -> None:
    _check_count(story)
    if [name for name, _ in story.lines if name in _ORDER] != list(_ORDER):
        raise Damaged


def _check_count(story: Story) -> None:
    names = [name for name, _ in story.lines]
    count = max(names.count("NEWSIG"), sum(names.count(outcome) for outcome in _OUTCOMES))
    if count > 1:
        raise SeveralSignatures
    if count == 0:
        # Where content passes --max-output gpg stops before the signature, and tells by its exit code only.
        raise Unsigned if story.returncode == 0 or story.exit_code_explained else TooLarge


def _signed(
    story: Story,
    signers: Collection[Fingerprint],
    outcomes: Mapping[str, type[OpenRefused] | None],
    classes: Collection[str] = OF_BYTES,
) -> Signed:
    for fields in story.all("ERRSIG"):
        raise _why_unchecked(fields)
    for outcome, refusal in outcomes.items():
        if refusal is not None and story.has(outcome):
            raise refusal
    match story.all("VALIDSIG"):
        case [[_, _, made, _, _, _, _, digest, kind, primary]]:
            _require_strong(digest)
            if kind in classes and _MADE.fullmatch(made):
                return _by_one_of(signers, primary, made)
    raise BadSignature


def _require_strong(digest: str) -> None:
    if digest not in _STRONG_DIGESTS:
        raise WeakDigest


def _by_one_of(signers: Collection[Fingerprint], primary: str, made: str) -> Signed:
    if primary not in signers:
        raise WrongSigner
    return Signed(Fingerprint(primary), datetime.fromtimestamp(int(made), UTC))


def _why_unchecked(fields: list[str]) -> OpenRefused:
    match fields:
        case [_, _, _, _, _, reason, *_] if reason == _NO_PUBLIC_KEY:
            return UnknownSigner()
        case [_, _, digest, *_] if digest not in _STRONG_DIGESTS:
            return WeakDigest()
    return BadSignature()
