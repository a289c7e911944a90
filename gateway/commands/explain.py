"""Errors in words: what happened, what it means for the citizen's referral, and what to do now.

The packages below carry codes; here, at the edge, they are put into the language in use.
"""

from collections.abc import Mapping
from typing import Final

from gateway.commands.explain_backup import BACKUP
from gateway.commands.explain_contacts import CONTACTS, NOTHING_SENT
from gateway.commands.explain_database import DATABASE
from gateway.commands.explain_schema import SCHEMA
from gateway.language import gettext as _
from gateway.language import mark
from gateway.medcom.words import REFUSALS as MEDCOM

Words = tuple[str, str, str]

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
    "SETTING_UNKNOWN": (
        mark("The settings name something that this version of Stafet does not know: {detail}."),
        LETTERS_WAIT,
        mark("If a newer version wrote it, install that one again, or take it out. Else correct it in settings.toml."),
    ),
    "DOOR_TOO_WIDE": (
        mark("LMTP has no encryption of its own, so it is only spoken within this machine, and that address is wider."),
        NOTHING_SENT,
        mark("Let --listen begin with 127.0.0.1, or leave out --door-kind lmtp: the door then speaks SMTP with TLS."),
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
    "DATABASE_AWAY": (
        mark("The database server does not answer, or takes no work now ({detail})."),
        mark("Nothing was lost: what was queued before is still there, what you just asked for was not done."),
        mark(
            "See that the PostgreSQL server that database_url in settings.toml names runs and lets this site in. The "
            "daemon goes on by itself when it answers; then try again."
        ),
    ),
    "COMMIT_UNKNOWN": (
        mark("The database server was lost in the very moment it took this down, and cannot say whether it did."),
        mark("What you just asked for may be done, or not. Everything from before is still there."),
        mark("When it answers again, look whether it was done before you ask for it once more."),
    ),
    "PORT_TAKEN": (
        mark("Another program already uses the port where mail comes in."),
        LETTERS_WAIT,
        mark("Stop the other program, or choose another port under door in settings.toml."),
    ),
    "BROWSER_PORT": (
        mark("That port cannot be used: another program has it, or only the system may."),
        mark("The inbox does not open in a browser. It opens in a terminal as before, and letters come and go."),
        mark("Stop the other program, or name another port with --port."),
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
        mark("The key has expired, is revoked, is of a kind that is not used here, or cannot both sign and encrypt."),
        mark("It was not taken in."),
        mark("Ask the other party for a valid key of version 4: Ed25519 with Curve25519, or RSA of 3072 bits."),
    ),
    "ADDRESS_NOT_IN_KEY": (
        mark("The key does not carry the address it should be found by."),
        mark("Nothing was written. Letters are sealed and opened as before."),
        mark("Make a new key (keys rotate), which will carry the address in use, and write the directory then."),
    ),
    "NOT_AN_ADDRESS": (
        mark("The site's mail address cannot be looked up in a Web Key Directory."),
        mark("Nothing was written. Letters are sealed and opened as before."),
        mark("Use keys export and send the file instead."),
    ),
    **BACKUP,
    **DATABASE,
    **SCHEMA,
    "RECOVERY_CODE_MISTYPED": (
        mark("That is not a recovery code: a character is missing, wrong, or has changed places."),
        NOTHING_SENT,
        mark("Compare it with the paper, group by group: seven groups of four, without 0, 1, I, L and O."),
    ),
    "WRONG_RECOVERY_CODE": (
        mark("That recovery code does not open this file."),
        mark("Nothing was written, and the file is as it was."),
        mark("Find the code that was made for this file. If there is no other, the file itself may be damaged."),
    ),
    "NOT_A_LOCKED_FILE": (
        mark("The file was not locked with a recovery code."),
        mark("Nothing was written, and the file is as it was."),
        mark("Name the file that the backup wrote."),
    ),
    "LOCKED_FILE_CUT_SHORT": (
        mark("The file ends too early: only a part of it was copied."),
        mark("Nothing was written. The recovery code may well be right."),
        mark("Copy the whole file once more, or use another backup."),
    ),
    "LOCKED_FILE_DAMAGED": (
        mark("The file is not as it was when it was locked."),
        mark("Nothing was written, since nobody can tell what in it has changed."),
        mark("Use another copy of it, or another backup."),
    ),
    **CONTACTS,
    **MEDCOM,
    "ROTATION_RUNS": (
        mark("Our key is being changed already: the old one still holds beside the new one."),
        NOTHING_SENT,
        mark("See who is missing (keys status). When nobody is, end the old key (keys retire), and begin again."),
    ),
    "NO_ROTATION": (
        mark("No old key of ours still holds."),
        NOTHING_SENT,
        mark("See how it stands: keys status."),
    ),
    "OWN_KEY_ENDED": (
        mark("Our key has expired, so nobody would believe what it announces."),
        LETTERS_WAIT,
        mark("Give it up and make another (keys lost), and tell everybody of it by phone."),
    ),
    "STRAGGLERS_LEFT": (
        mark("Not everybody is known to use the new key yet: {detail} missing."),
        mark("The old key still holds, so that no letter of theirs is lost."),
        mark("See who they are and phone them: keys status. To leave them behind all the same: keys retire --force."),
    ),
    "NOT_TO_BE_TOLD": (
        mark("That party knows our newest key already, or has no key pinned here."),
        NOTHING_SENT,
        mark("See who must be told: keys status."),
    ),
    "TEST_NO_CONTACT": (
        mark("No receiver is registered there."),
        NOTHING_SENT,
        mark("Get the unit's address and phone, and enter them first."),
    ),
    "TEST_NO_KEY": (
        mark("No key is pinned for that party."),
        NOTHING_SENT,
        mark("Get the key and compare its fingerprint by phone: keys import."),
    ),
    "TEST_ONLY_PEOPLE": (
        mark("A mail program stands there, and only people answer."),
        NOTHING_SENT,
        mark("Ring the unit to hear whether letters arrive."),
    ),
    "TEST_UNDER_WAY": (
        mark("A test has left already, and is not answered yet."),
        NOTHING_SENT,
        mark("Wait half an hour: it is sent again by itself. Or ring."),
    ),
    "DRILL_OPEN": (
        mark("The unit has been asked already, and nobody there has answered."),
        NOTHING_SENT,
        mark("Ring the unit, and ask whether anybody reads what comes in."),
    ),
    "DRILL_UNKNOWN": (
        mark("There is no TEST of that id."),
        NOTHING_SENT,
        mark("See which wait: drills list."),
    ),
    "DRILL_ANSWERED": (
        mark("A colleague has acknowledged that TEST already."),
        NOTHING_SENT,
        mark("There is nothing to do."),
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
