"""Errors in words: what happened, what it means for the citizen's referral, and what to do now.

The packages below carry codes; here, at the edge, they are put into the language in use.
"""

from collections.abc import Mapping
from typing import Final

from gateway.language import gettext as _
from gateway.language import mark

Words = tuple[str, str, str]

NOTHING_SENT: Final = mark("Nothing was sent or changed.")
LETTERS_WAIT: Final = mark("Letters that are queued wait safely and are not lost.")

EXPLANATIONS: Final[Mapping[str, Words]] = {
    "HOME_MISSING": (
        mark("There is no site in that folder."),
        NOTHING_SENT,
        mark("Make one with the init command, or name the right folder with --home."),
    ),
    "HOME_TAKEN": (
        mark("There is already a site in that folder."),
        NOTHING_SENT,
        mark("Use it, or name another folder with --home. If its settings.toml is lost, restore that from the backup."),
    ),
    "SETTINGS_UNREADABLE": (
        mark("The settings cannot be read: {detail}."),
        LETTERS_WAIT,
        mark("Correct that setting in settings.toml."),
    ),
    "WRONG_END": (
        mark("That folder belongs to the other end: stafet-gateway is the region's, stafet-inbox a municipality's."),
        NOTHING_SENT,
        mark("Name the right folder with --home, or use the other command."),
    ),
    "DATABASE_DAMAGED": (
        mark("The database cannot be read ({detail})."),
        mark("What you just asked for was not done."),
        mark("Do not delete anything. Ask the person who runs the site to look, and to restore it if need be."),
    ),
    "PORT_TAKEN": (
        mark("Another program already uses the port where mail comes in."),
        LETTERS_WAIT,
        mark("Stop the other program, or choose another port under door in settings.toml."),
    ),
    "CERTIFICATE_UNREADABLE": (
        mark("A certificate or its key cannot be read ({detail})."),
        LETTERS_WAIT,
        mark("Check door.certificate, door.key and relay.ca_file in settings.toml."),
    ),
    "CLOCK_AHEAD": (
        mark("This machine's clock is more than a month past the last time anything was erased."),
        mark("Nothing is erased: if the clock is wrong, that would destroy what must be kept."),
        mark("If the clock is right, and the site was only off for long, run retention run --confirm."),
    ),
    "CLOCK_BEHIND": (
        mark("This machine's clock is before the last time anything was erased."),
        mark("Nothing is erased until somebody has looked at the clock."),
        mark("If the clock is right now, run retention run --confirm."),
    ),
    "VAULT_DAMAGED": (
        mark("Something in the database cannot be opened with this site's data key."),
        mark("The letter it belongs to cannot be shown."),
        mark("Do not delete anything. Restore the folder from its latest backup, key and database together."),
    ),
    "ALREADY_RUNNING": (
        mark("A daemon already runs on this folder."),
        mark("Letters travel as they should."),
        mark("Stop the other one first, if you meant to replace it."),
    ),
    "FILE_UNREADABLE": (
        mark("The file cannot be read: {detail}."),
        NOTHING_SENT,
        mark("Check its name and that you may read it. - reads standard input where that is allowed."),
    ),
    "PERSON_UNKNOWN": (
        mark("Nobody of that name works here, or not in that role."),
        NOTHING_SENT,
        mark("Write the name as it stands in the staff list (staff list), or add the person (staff add)."),
    ),
    "PERSON_UNNAMED": (
        mark("It is not clear who you are."),
        NOTHING_SENT,
        mark("Say it with --as NAME, as your administrator has written it here."),
    ),
    "MAY_NOT": (
        mark("Your role here does not allow this."),
        mark("Nothing was sent or changed. That it was tried has been noted."),
        mark("Ask a colleague who may, or ask your administrator for the role you need."),
    ),
    "PERSON_GONE": (
        mark("You are no longer among the people who work here."),
        mark("Nothing was sent or changed. That it was tried has been noted."),
        mark("If that is a mistake, ask your administrator to add you again."),
    ),
    "SIGN_IN_REFUSED": (
        mark("The name and the password do not belong together here."),
        NOTHING_SENT,
        mark("Try again. If the password is forgotten, an administrator gives you a new first one (staff reset)."),
    ),
    "SIGN_IN_WAIT": (
        mark("The password was wrong too many times. Wait until {detail}."),
        NOTHING_SENT,
        mark("Then sign in with the right one, or ask an administrator for a new first password (staff reset)."),
    ),
    "PASSWORD_NEEDED": (
        mark("A password is needed, and there is nobody to ask."),
        NOTHING_SENT,
        mark("Name the file it stands in with --password-file, or run the command in a terminal."),
    ),
    "PASSWORD_EXPOSED": (
        mark("Everybody on this machine can read the file the password stands in."),
        NOTHING_SENT,
        mark("Choose another password (staff password), and let its file be its owner's alone (chmod 600)."),
    ),
    "PASSWORD_MUST_CHANGE": (
        mark("Your first password must be changed before you can do anything else."),
        NOTHING_SENT,
        mark("Choose your own with the command staff password."),
    ),
    "PASSWORD_EXPIRED": (
        mark("Your first password was not used in time."),
        NOTHING_SENT,
        mark("Ask an administrator for a new one (staff reset)."),
    ),
    "PASSWORD_POOR": (
        mark("The new password cannot be used."),
        mark("The password is as it was."),
        mark("Choose at least 12 characters, not your name and not the password you had. Type the same both times."),
    ),
    "LAST_ADMIN": (
        mark("This is the only administrator: nobody else could keep the site."),
        NOTHING_SENT,
        mark("Give somebody else the role admin first."),
    ),
    "AUDIT_BROKEN": (
        mark("The log does not hold together: {detail}."),
        mark("Referrals travel as they should. From that entry on the log no longer proves who did what."),
        mark(
            "Do not delete anything, and keep a copy of the folder. Tell your data protection officer today. Was the "
            "database restored from a backup? Then say so, and from when."
        ),
    ),
    "ENTRY_UNREADABLE": (
        mark("An entry of the log cannot be read: somebody has altered it."),
        mark("Referrals travel as they should. The log no longer proves who did what."),
        mark("Do not delete anything, run audit verify, and tell your data protection officer today."),
    ),
    "MONTH_NOT_OVER": (
        mark("The sample cannot be drawn yet."),
        mark("Nothing was drawn: it is drawn by what happens first after the month, so that nobody can choose it."),
        mark("Draw it when the month is over."),
    ),
    "NOT_IN_SAMPLE": (
        mark("That entry is not in the sample of that month."),
        NOTHING_SENT,
        mark("Draw the sample first (audit sample), and name an entry by its number there."),
    ),
    "PASSPHRASE_MISSING": (
        mark("The passphrase that unlocks the site's key is missing, empty, or readable by others."),
        LETTERS_WAIT,
        mark("Put the file passphrase back in the site's folder, readable by the service account alone (chmod 600)."),
    ),
    "GPG_MISSING": (
        mark("GnuPG is not installed."),
        LETTERS_WAIT,
        mark("Install it: on Debian or Ubuntu, apt-get install gnupg."),
    ),
    "GPG_TOO_OLD": (mark("GnuPG is older than 2.2."), LETTERS_WAIT, mark("Install GnuPG 2.2 or newer.")),
    "GPG_STALLED": (
        mark("GnuPG did not answer in time and was stopped."),
        LETTERS_WAIT,
        mark("Try again. If it goes on, look for a hanging gpg-agent of the service account."),
    ),
    "GPG_FAILED": (
        mark("GnuPG could not do what was asked."),
        LETTERS_WAIT,
        mark("Check that the passphrase file belongs to this folder and that the disk is not full."),
    ),
    "HOME_PATH_TOO_LONG": (
        mark("The path of the folder is too long for GnuPG."),
        NOTHING_SENT,
        mark("Choose a folder with a path of at most 70 characters."),
    ),
    "KEY_NOT_FOUND": (
        mark("The key is not in this site's key ring."),
        NOTHING_SENT,
        mark("Import it with keys import and its fingerprint."),
    ),
    "INVALID_FINGERPRINT": (
        mark("That is not a fingerprint."),
        NOTHING_SENT,
        mark("Write all 40 characters, with or without spaces, as read aloud by the other party."),
    ),
    "WRONG_FINGERPRINT": (
        mark("The key in the file is not the one whose fingerprint you gave."),
        mark("The key was not taken in. It may have been exchanged on the way."),
        mark("Phone the other party on the number you already have, and compare the fingerprint again."),
    ),
    "NOT_ONE_KEY": (
        mark("The file holds more than one key."),
        mark("None was taken in."),
        mark("Ask for a file with that party's one key."),
    ),
    "NOT_A_KEY": (
        mark("The file is not a public key."),
        NOTHING_SENT,
        mark("Ask for the file that keys export writes."),
    ),
    "SECRET_MATERIAL": (
        mark("The file holds a secret key."),
        mark("It was not taken in. A secret key that was sent around can no longer be trusted."),
        mark("Tell the other party at once; they must make a new key."),
    ),
    "UNPRINTABLE_USER_ID": (
        mark("The name in the key holds hidden characters."),
        mark("The key was not taken in: such names can be used to deceive."),
        mark("Ask the other party for a key with an ordinary name, and say what you saw."),
    ),
    "UNUSABLE_KEY": (
        mark("The key has expired, is revoked, or cannot both sign and encrypt."),
        mark("It was not taken in."),
        mark("Ask the other party for a valid key."),
    ),
    "KEY_TAKEN": (
        mark("That key already belongs to another party."),
        NOTHING_SENT,
        mark("Each party has its own key. Ask for the right one."),
    ),
    "ADDRESS_TAKEN": (
        mark("That address already belongs to another party."),
        NOTHING_SENT,
        mark("Each party has its own address. Ask for the right one."),
    ),
    "BAD_ADDRESS": (
        mark("That is not a mail address."),
        NOTHING_SENT,
        mark("Write it as name@domain, for instance sikkerpost@kommune.example."),
    ),
    "BAD_PHONE": (mark("That is not a Danish phone number."), NOTHING_SENT, mark("Write eight digits.")),
    "BAD_HOURS": (
        mark("The opening hours cannot be read."),
        NOTHING_SENT,
        mark("Write them like this: man-ons 8-15, tor 8-17, fre 8-13."),
    ),
    "BAD_UNIT_NAME": (
        mark("The unit's name cannot be used."),
        NOTHING_SENT,
        mark("Write a name of ordinary characters."),
    ),
    "NOT_A_PARTY": (
        mark("That is not one of the 19 municipalities of the agreement."),
        NOTHING_SENT,
        mark("Use the municipality's code. The codes stand in directory list."),
    ),
    "BAD_CONTACTS_FILE": (
        mark("The contacts file cannot be read: {detail}."),
        NOTHING_SENT,
        mark("Use the file that directory export writes as a pattern."),
    ),
    "BAD_CONTACT_LINE": (
        mark("The contacts file cannot be read: {detail}."),
        NOTHING_SENT,
        mark("Correct that line, and import the file again."),
    ),
    "OUT_OF_REACH": (
        mark("The site's folder or database could not be read or written ({detail})."),
        mark("Nothing was lost: what was queued before is still there, what you just asked for was not done."),
        mark(
            "Check that the disk is not full, that the folder is yours, and that the database answers. Then try again."
        ),
    ),
}

UNFORESEEN: Final[Words] = (
    mark("Something went wrong that has no explanation yet: {detail}."),
    mark("What you just asked for was not done."),
    mark("Note the code and the time, and ask the person who runs the site."),
)


def explained(code: str, detail: str = "") -> tuple[str, ...]:
    """Put an error into three sentences. `detail` must hold nothing personal."""
    words = EXPLANATIONS.get(code, UNFORESEEN)
    detail = detail if code in EXPLANATIONS else " ".join(filter(None, (code, detail)))
    return tuple(_(sentence).format(detail=detail) for sentence in words)
