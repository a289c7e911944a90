"""Why somebody is not let in.

AccessError           never raised itself
├── SignInRefused     no such name and password here; which of the two is wrong is not said
├── SignInWait        too many wrong passwords in a row; its text is until when nobody of that name is let in
├── PasswordNeeded    no password was given, and there is nobody to ask
├── PasswordExposed   the file a password stands in can be read by others
├── PasswordMustChange  the first password, from somebody else, opens nothing but its own change
├── PasswordExpired   the first password was never used in time
└── PasswordPoor      the new password is too easy to guess; its text is the code of the reason
"""

from gateway.site.errors import SiteError


class AccessError(SiteError):
    """Somebody is not let in."""


class SignInRefused(AccessError):
    """No such name and password here."""

    code = "SIGN_IN_REFUSED"


class SignInWait(AccessError):
    """Too many wrong passwords in a row."""

    code = "SIGN_IN_WAIT"


class PasswordNeeded(AccessError):
    """No password was given, and there is nobody to ask."""

    code = "PASSWORD_NEEDED"


class PasswordExposed(AccessError):
    """The file a password stands in can be read by others."""

    code = "PASSWORD_EXPOSED"


class PasswordMustChange(AccessError):
    """The first password opens nothing but its own change."""

    code = "PASSWORD_MUST_CHANGE"


class PasswordExpired(AccessError):
    """The first password was never used in time."""

    code = "PASSWORD_EXPIRED"


class PasswordPoor(AccessError):
    """The new password is too easy to guess."""

    code = "PASSWORD_POOR"
