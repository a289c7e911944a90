"""Why something about contacts and keys was not done, in words: what it is, and what to do instead."""

from collections.abc import Mapping
from typing import Final

from directory.errors import DirectoryError
from gateway.access.four_eyes import SamePerson
from gateway.contacts.errors import ChangeRefused
from gateway.language import gettext as _
from gateway.language import mark
from gateway.liveness.errors import LivenessError
from gateway.rotation.errors import RotationError
from gateway.site.errors import FileUnreadable, MayNot
from keys.errors import ImportRefused, InvalidFingerprint, KeysError

REFUSED: Final = (
    SamePerson,
    MayNot,
    FileUnreadable,
    ChangeRefused,
    DirectoryError,
    ImportRefused,
    InvalidFingerprint,
    LivenessError,
    RotationError,
    KeysError,
)

WORDS: Final[Mapping[str, str]] = {
    "MAY_NOT": mark("Your role here does not allow this. Nothing was changed. Ask your administrator."),
    "SAME_PERSON": mark("You entered this yourself, so a colleague confirms it. Nothing was changed."),
    "CHANGE_OPEN": mark("Another change is under way here. Confirm it or refuse it first."),
    "CHANGE_GONE": mark("A colleague has just dealt with this change. Look at it again."),
    "NOTHING_CHANGES": mark("They are reached like that already. There is nothing to change."),
    "KEY_MISSING": mark("There is no key for them, so no TEST can be sealed. Enter their key first."),
    "WRONG_NUMBER": mark(
        "That is not the number we knew before. Ring that one, or the main number you have found yourself."
    ),
    "NOBODY_NAMED": mark("Write the name of the person you spoke with."),
    "NOT_COMPARED": mark("The fingerprint was not compared. Let them read all ten groups aloud."),
    "CODE_WRONG": mark("That is not the code in the TEST. Ask them to read it once more."),
    "CODE_SPENT": mark("That code counts no more. Send another TEST with G."),
    "NOT_A_PARTY": mark("That is not one of the parties of the agreement."),
    "BAD_UNIT_NAME": mark("Write the unit's name in ordinary characters, on one line."),
    "BAD_ADDRESS": mark("That is no mail address. Write it as name@domain."),
    "BAD_PHONE": mark("That is no Danish phone number. Write eight digits."),
    "BAD_HOURS": mark("Those hours cannot be read. Write them like this: man-ons 8-15, tor 8-17, fre 8-13."),
    "BAD_GLN": mark("An EAN/GLN number has 13 digits, the last of which checks the others."),
    "BAD_SOR": mark("A SOR code has only digits, and more than ten of them."),
    "BAD_POSTAL": mark("Write the postal address on one line."),
    "BAD_DAY": mark("Write a day from today and at most a year ahead, like 01-12-2026."),
    "WRONG_DOMAIN": mark(
        "That address lies outside their own mail domain. Ask them again; if it is right, your administrator adds the "
        "domain to the settings (keeping.domains)."
    ),
    "PERSONAL_ADDRESS": mark(
        "That looks like one person's address. A unit needs one that outlives its people. If it is right all the "
        "same, press Ctrl+S once more."
    ),
    "ADDRESS_TAKEN": mark("That address belongs to another party already."),
    "KEY_TAKEN": mark("That key is another party's, ours, or one that was given up. It cannot be used."),
    "NOT_A_KEY": mark("There is no public key in that file. Ask for the file that keys export writes."),
    "NOT_ONE_KEY": mark("There is more than one key in that file. Ask for a file with that party's one key."),
    "SECRET_MATERIAL": mark(
        "That file holds a secret key. It must be given up: ask them to make a new one, and tell them why."
    ),
    "UNPRINTABLE_USER_ID": mark("The name in that key holds hidden characters. Ask for a key with an ordinary name."),
    "UNUSABLE_KEY": mark(
        "That key has expired, is withdrawn, is of a kind that is not used here, or cannot both sign and encrypt. "
        "Ask for a key of version 4: Ed25519 with Curve25519, or RSA of 3072 bits."
    ),
    "WRONG_FINGERPRINT": mark("That key is another than the one that was compared. It was not taken in."),
    "FILE_UNREADABLE": mark("That file cannot be read. Check its name, and that you may read it."),
    "TEST_NO_CONTACT": mark("They have no address yet, so there is nothing to test."),
    "TEST_NO_KEY": mark("They have no key yet, so no TEST can be sealed."),
    "TEST_ONLY_PEOPLE": mark("Only people answer there. Ring them, and ask whether letters arrive."),
    "TEST_UNDER_WAY": mark("A TEST is on its way already. Wait for its answer, or ring them."),
    "ROTATION_RUNS": mark("The key is being changed already: the old one still holds."),
    "NO_ROTATION": mark("There is no old key that still holds."),
    "OWN_KEY_ENDED": mark("Our key has expired and can announce nothing. Press X: make a new one and ring everybody."),
    "STRAGGLERS_LEFT": mark("Some do not use the new key yet. Ring them first, or wait for the old key's day."),
    "NOT_TO_BE_TOLD": mark("They have our new key already, or no key of theirs is known here."),
}
OTHERWISE: Final = mark("That was not done. Nothing was changed. Tell your administrator this code: {code}")


def in_words(error: Exception) -> str:
    """Say plainly why something was not done, and what to do instead."""
    return by_code(str(getattr(error, "code", type(error).__name__)))


def by_code(code: str) -> str:
    """Say what a code means."""
    return _(WORDS.get(code, OTHERWISE)).format(code=code)
