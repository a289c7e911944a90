"""Why a change is not proposed, confirmed or proved.

    ChangeRefused           never raised itself
    ├── ChangeOpen          another change of that party is under way
    ├── ChangeGone          the change is no longer open, or is at another step
    ├── ChangeReplaced      it took another's place lately, and so may not be the one that was read
    ├── NothingChanges      the party is reached like that already
    ├── KeyMissing          there is no key to seal the TEST of the new address to
    ├── WrongNumber         the number that was rung is not the one we knew before
    ├── NobodyNamed         it was not written down whom they spoke with
    ├── NotCompared         the fingerprint was not compared by phone
    ├── CodeWrong           the code is not the one in the letter
    └── CodeSpent           there is no code, or it was guessed wrong too many times

Whoever confirms what they proposed themselves meets `gateway.access.four_eyes.SamePerson`.
"""

from gateway.site.errors import SiteError


class ChangeRefused(SiteError):
    """A person tried something with a change that is not done; that it was tried is noted."""


class ChangeOpen(ChangeRefused):
    """Another change of that party is under way: confirm or refuse it first."""

    code = "CHANGE_OPEN"


class ChangeGone(ChangeRefused):
    """The change is no longer open, or is at another step."""

    code = "CHANGE_GONE"


class ChangeReplaced(ChangeRefused):
    """It took another's place lately, and so may not be the one that was read: name it."""

    code = "CHANGE_REPLACED"


class NothingChanges(ChangeRefused):
    """The party is reached like that already, by that key."""

    code = "NOTHING_CHANGES"


class KeyMissing(ChangeRefused):
    """There is no key to seal the TEST of the new address to."""

    code = "KEY_MISSING"


class WrongNumber(ChangeRefused):
    """The number that was rung is not the one we knew before the change (D11)."""

    code = "WRONG_NUMBER"


class NobodyNamed(ChangeRefused):
    """It was not written down whom they spoke with."""

    code = "NOBODY_NAMED"


class NotCompared(ChangeRefused):
    """The key's fingerprint was not compared by phone."""

    code = "NOT_COMPARED"


class CodeWrong(ChangeRefused):
    """The code is not the one in the letter."""

    code = "CODE_WRONG"


class CodeSpent(ChangeRefused):
    """There is no code, or it was guessed wrong too many times: send another."""

    code = "CODE_SPENT"
