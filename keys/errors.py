"""What can go wrong with keys and seals. Only the leaves are raised; a base class is for catching.

KeysError
├── InvalidFingerprint                     text that does not name a key (also a ValueError)
├── KeyringError                           our own GnuPG home or program
│   ├── GpgMissing  GpgTooOld  GpgStalled  GpgFailed
│   └── HomePathTooLong  PassphraseMissing  KeyNotFound
├── ImportRefused                          a key somebody handed us
│   ├── NotAKey  NotOneKey  WrongFingerprint  SecretMaterial
│   └── UnprintableUserId  UnusableKey
├── SealRefused                            nothing was sealed or signed, nothing may leave
│   ├── SignerUnusable  SealSignerExpired  SealSignerRevoked
│   ├── ReaderUnusable  ReaderExpired  ReaderRevoked
│   └── ClockBehindKey  SealInspectionFailed
├── PublishRefused                         a key is not put where others look for it
│   └── AddressNotInKey  NotAnAddress
├── OpenRefused                            no content came out
│   ├── NotEncrypted  NotForUs  NotIntegrityProtected  Damaged  Compressed  TooLarge
│   ├── Unsigned  SeveralSignatures  UnknownSigner  WrongSigner  BadSignature
│   ├── OpenSignerRevoked  OpenSignerExpired  SignatureExpired  WeakDigest  SignedInFuture
│   └── SecondOpinionDiffers
└── LockedFileRefused                      a file locked by a recovery code stays shut
    ├── RecoveryCodeMistyped  WrongRecoveryCode
    └── NotALockedFile  LockedFileCutShort  LockedFileDamaged

`code` is stable and may be stored, compared and translated; the message is English, for developers, and never holds
personal data: no user id, no content, nothing an OpenPGP library said.
"""

from typing import ClassVar


class KeysError(Exception):
    """Anything this package refuses or cannot do."""

    code: ClassVar[str]

    def __str__(self) -> str:
        """Give the message of the raise, or the first line of the docstring where the raise has none."""
        return super().__str__() or (type(self).__doc__ or self.code).partition("\n")[0]


class InvalidFingerprint(KeysError, ValueError):
    """The text is not a full OpenPGP fingerprint."""

    code = "INVALID_FINGERPRINT"


class KeyringError(KeysError):
    """Our own GnuPG home or program is not in order."""


class GpgMissing(KeyringError):
    """The gpg program is not installed or cannot be started."""

    code = "GPG_MISSING"


class GpgTooOld(KeyringError):
    """The gpg program is older than 2.2."""

    code = "GPG_TOO_OLD"


class GpgStalled(KeyringError):
    """The gpg program did not finish before the deadline and was killed."""

    code = "GPG_STALLED"


class GpgFailed(KeyringError):
    """The gpg program ran and did not do what was asked."""

    code = "GPG_FAILED"


class HomePathTooLong(KeyringError):
    """The path of the GnuPG home is too long for the sockets of its agent."""

    code = "HOME_PATH_TOO_LONG"


class PassphraseMissing(KeyringError):
    """The passphrase file is absent, empty, or readable by others."""

    code = "PASSPHRASE_MISSING"


class KeyNotFound(KeyringError):
    """The key ring does not hold this key."""

    code = "KEY_NOT_FOUND"


class ImportRefused(KeysError):
    """A key that was handed to us is not taken in."""


class NotAKey(ImportRefused):
    """The text is not an OpenPGP public key."""

    code = "NOT_A_KEY"


class NotOneKey(ImportRefused):
    """The text holds more than one key."""

    code = "NOT_ONE_KEY"


class WrongFingerprint(ImportRefused):
    """The key is not the one whose fingerprint was agreed."""

    code = "WRONG_FINGERPRINT"


class SecretMaterial(ImportRefused):
    """The text holds a secret key, which nobody should have sent."""

    code = "SECRET_MATERIAL"


class UnprintableUserId(ImportRefused):
    """A user id of the key holds characters that do not print, or a picture."""

    code = "UNPRINTABLE_USER_ID"


class UnusableKey(ImportRefused):
    """The key is expired, revoked, too large, of a kind that is not used here, or cannot both sign and encrypt."""

    code = "UNUSABLE_KEY"


class SealRefused(KeysError):
    """Nothing was sealed, or signed."""


class SignerUnusable(SealRefused):
    """The signing key is absent or has no secret part here."""

    code = "SIGNER_UNUSABLE"


class SealSignerExpired(SealRefused):
    """The signing key has expired."""

    code = "SIGNER_EXPIRED"


class SealSignerRevoked(SealRefused):
    """The signing key is revoked."""

    code = "SIGNER_REVOKED"


class ReaderUnusable(SealRefused):
    """The reader's key is absent or cannot encrypt."""

    code = "READER_UNUSABLE"


class ReaderExpired(SealRefused):
    """The reader's key has expired."""

    code = "READER_EXPIRED"


class ReaderRevoked(SealRefused):
    """The reader's key is revoked."""

    code = "READER_REVOKED"


class ClockBehindKey(SealRefused):
    """The clock of this machine is earlier than the creation of a key: set the clock."""

    code = "CLOCK_BEHIND_KEY"


class SealInspectionFailed(SealRefused):
    """The sealed text was not what was asked for, and was thrown away."""

    code = "SEAL_INSPECTION_FAILED"


class PublishRefused(KeysError):
    """A key is not written for the Web Key Directory."""


class AddressNotInKey(PublishRefused):
    """No user id of the key carries the address it should be found by."""

    code = "ADDRESS_NOT_IN_KEY"


class NotAnAddress(PublishRefused):
    """The text is not a plain mail address, so it has no place in the directory."""

    code = "NOT_AN_ADDRESS"


class OpenRefused(KeysError):
    """No content came out of a sealed text."""


class NotEncrypted(OpenRefused):
    """The text is not encrypted to a key."""

    code = "NOT_ENCRYPTED"


class NotForUs(OpenRefused):
    """The text is not encrypted to the key that should read it."""

    code = "NOT_FOR_US"


class NotIntegrityProtected(OpenRefused):
    """The text is encrypted without integrity protection (RFC 4880 section 5.7)."""

    code = "NOT_INTEGRITY_PROTECTED"


class Unsigned(OpenRefused):
    """The text is encrypted and not signed."""

    code = "UNSIGNED"


class SeveralSignatures(OpenRefused):
    """The text carries more than one signature."""

    code = "SEVERAL_SIGNATURES"


class UnknownSigner(OpenRefused):
    """The key that signed is not in the key ring."""

    code = "UNKNOWN_SIGNER"


class WrongSigner(OpenRefused):
    """The key that signed is known, and is not among those pinned for this sender."""

    code = "WRONG_SIGNER"


class BadSignature(OpenRefused):
    """The signature does not match the content, or is not over a binary document."""

    code = "BAD_SIGNATURE"


class OpenSignerRevoked(OpenRefused):
    """The key that signed is revoked."""

    code = "SIGNER_REVOKED"


class OpenSignerExpired(OpenRefused):
    """The key that signed has expired."""

    code = "SIGNER_EXPIRED"


class SignatureExpired(OpenRefused):
    """The signature itself has expired."""

    code = "SIGNATURE_EXPIRED"


class WeakDigest(OpenRefused):
    """The signature rests on a digest other than SHA-256, SHA-384 or SHA-512."""

    code = "WEAK_DIGEST"


class SignedInFuture(OpenRefused):
    """The signature is dated further ahead than clocks may differ."""

    code = "SIGNED_IN_FUTURE"


class Damaged(OpenRefused):
    """The text is tampered with, cut short, or not one well-formed OpenPGP message."""

    code = "DAMAGED"


class Compressed(OpenRefused):
    """The content is compressed, which we neither send nor read."""

    code = "COMPRESSED"


class TooLarge(OpenRefused):
    """The text or its content is larger than the limit."""

    code = "TOO_LARGE"


class SecondOpinionDiffers(OpenRefused):
    """The second OpenPGP implementation does not confirm what GnuPG said."""

    code = "SECOND_OPINION_DIFFERS"


class LockedFileRefused(KeysError):
    """A file locked by a recovery code was not opened, and nothing of its content is left anywhere."""


class RecoveryCodeMistyped(LockedFileRefused):
    """The text is no recovery code: a character is missing, wrong, or has changed places."""

    code = "RECOVERY_CODE_MISTYPED"


class WrongRecoveryCode(LockedFileRefused):
    """The code is well-formed and does not open this file, or the first bytes of the file are damaged."""

    code = "WRONG_RECOVERY_CODE"


class NotALockedFile(LockedFileRefused):
    """The file is not one OpenPGP message encrypted by a code alone."""

    code = "NOT_A_LOCKED_FILE"


class LockedFileCutShort(LockedFileRefused):
    """The file ends before its content does: only a part of it was copied."""

    code = "LOCKED_FILE_CUT_SHORT"


class LockedFileDamaged(LockedFileRefused):
    """The file is not as it was when it was locked."""

    code = "LOCKED_FILE_DAMAGED"
