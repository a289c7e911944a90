"""What the doctor says: how each check came out, what that means for the letters, and what to do about it."""

from collections.abc import Mapping
from typing import Final

from gateway.doctor import health_words, road_words, storage_words, version_words
from gateway.doctor.findings import Check, Finding, Grade
from gateway.language import gettext as _
from gateway.language import mark
from gateway.terminal.plain import one_line

CHECKS: Final[Mapping[Check, str]] = {
    Check.FILES: mark("Files"),
    Check.MACHINE: mark("Machine"),
    Check.DAEMON: mark("Daemon"),
    Check.KEY: mark("Key"),
    Check.DOOR: mark("Certificates"),
    Check.RELAY: mark("Mail server"),
    Check.WAY_IN: mark("The way in"),
    Check.DATABASE: mark("Database"),
    Check.CLOCK: mark("Clock"),
    Check.PARTIES: mark("Other party"),
    Check.LINE: mark("The line"),
    Check.MAILBOX: mark("Ordinary mailbox"),
    Check.LETTERS: mark("Letters out"),
    Check.ARRIVALS: mark("Mail in"),
    Check.PEOPLE: mark("People"),
    Check.LOG: mark("Log"),
    Check.RETENTION: mark("Erasing"),
    Check.BACKUP: mark("Backup"),
}

GRADES: Final[Mapping[Grade, str]] = {
    Grade.WELL: mark("in order"),
    Grade.LOOK: mark("look here"),
    Grade.BAD: mark("WRONG"),
}

READABLE: Final = mark("Somebody else on this machine can read what lies there.")
MEND: Final = mark("Let the doctor do it: doctor --mend. Or: chmod.")
WAITS: Final = road_words.WAITS
NOTHING_LEAVES: Final = mark("No letter is sent or received.")
PHONE: Final = mark("Phone the unit about each of them: status shows which they are.")
RENEW_KEY: Final = mark("Make the next key in good time, while this one can still announce it: keys rotate")
ANOTHER_KEY: Final = mark("Make another, and tell everybody of it by phone: keys lost")
RESTORE: Final = mark("Stop the daemon, keep a copy of the folder, and restore the database from the backup.")
VERIFY: Final = mark("Run audit verify, and tell the data protection officer what it says.")
RING: Final = mark("Ring there: does the gateway run, and does anybody read what comes in?")
RENEW: Final = mark("Ring there: the next key is made and announced, and compared on the phone.")
SECOND: Final = mark("A second person rings the old number and confirms it, or refuses it.")
LOOK_AT_CLOCK: Final = mark("Set the clock right, and let the machine keep it right by NTP.")

INSTALL: Final = mark("Install GnuPG 2.2 or newer, with gpg-agent.")
BACK_UP: Final = mark("Make one, and keep it on another machine: backup FILE")

SAID: Final[Mapping[str, tuple[str, str, str]]] = {
    "FILES_PRIVATE": (mark("only this account can read them"), "", ""),
    "PASSPHRASE_HANDED_OVER": (mark("the passphrase comes from the service manager"), "", ""),
    "FILE_OPEN": (mark("{file} is open to others ({mode})"), READABLE, MEND),
    "FOLDER_OPEN": (mark("the folder {file} is open to others ({mode})"), READABLE, MEND),
    "OTHER_OWNER": (
        mark("{file} belongs to another account"),
        mark("That account can read and change it."),
        mark("Let the service's own account own all of the folder: chown."),
    ),
    "SYMBOLIC_LINK": (
        mark("{file} is a link to somewhere else"),
        mark("The doctor does not see who can read what it leads to."),
        mark("Put the file itself there, or see to it yourself."),
    ),
    "EXPORTS_LIE": (
        mark("{count} saved as files lie in exports for more than a day"),
        mark("Each holds a citizen's CPR number, and is readable to whoever runs this machine."),
        mark("Move them to where they belong. What is left there after a week is erased."),
    ),
    "PATH_TOO_LONG": (
        mark("the path to the folder is {length} bytes, and may be {longest}"),
        mark("GnuPG cannot use a key there, and says nothing."),
        mark("Move the folder to a shorter path."),
    ),
    "DISK_ROOM": (mark("{megabytes} MB free on the disk"), "", ""),
    "DISK_NEARLY_FULL": (
        mark("only {megabytes} MB free on the disk"),
        mark("When it is full no letter comes in or goes out."),
        mark("Make room."),
    ),
    "DISK_FULL": (
        mark("only {megabytes} MB free on the disk"),
        mark("Soon no letter comes in or goes out; the other end's mail server keeps theirs meanwhile."),
        mark("Make room now."),
    ),
    "RUNNING": (mark("it runs"), "", ""),
    "NOT_RUNNING": (mark("it does not run"), NOTHING_LEAVES, mark("Start it: run.")),
    "KEY_WORKS": (mark("GnuPG {version}; the key works, {days} days left"), "", ""),
    "KEY_ENDS_SOON": (
        mark("the key ends in {days} days"),
        mark("After that nothing can be signed, and the other end believes nothing."),
        RENEW_KEY,
    ),
    "KEY_EXPIRED": (mark("the key has ended"), NOTHING_LEAVES, ANOTHER_KEY),
    "KEY_REVOKED": (mark("the key is revoked"), NOTHING_LEAVES, ANOTHER_KEY),
    "KEY_NOT_YET_MADE": (
        mark("the key is younger than the clock says it can be"),
        NOTHING_LEAVES,
        LOOK_AT_CLOCK,
    ),
    "KEY_NOT_HERE": (
        mark("the secret key is not in the folder gnupg"),
        mark("Nothing can be signed, opened, or read in the database."),
        mark("Restore the folder gnupg from the backup."),
    ),
    "KEYS_SEVERAL": (
        mark("{count} secret keys lie in the folder gnupg that this site does not use"),
        mark("A change of key may have been interrupted; else somebody has put them there."),
        mark("If nobody knows of them, tell the data protection officer."),
    ),
    "KEY_CHANGING": (
        mark("the new key (…{key}) is not heard yet from {count}; the old one holds for {days} days"),
        mark("After that letters to those wait until they are told by phone."),
        mark("See who they are, and phone them in good time: keys status"),
    ),
    "KEY_CHANGED": (
        mark("everybody uses the new key (…{key}); the old one ends in {days} days"),
        "",
        "",
    ),
    "KEY_UNTOLD": (
        mark("{count} do not know our new key (…{key}), and the old one has ended"),
        mark("Letters to them wait, and theirs cannot be opened."),
        mark("Phone them, read the fingerprint aloud, and note it: keys status, keys told"),
    ),
    "GPG_FAILS": (
        mark("GnuPG does not answer ({reason})"),
        NOTHING_LEAVES,
        mark("See that gpg 2.2 or newer is installed, and that its agent can start."),
    ),
    "GPG_MISSING": (mark("GnuPG is not installed"), NOTHING_LEAVES, INSTALL),
    "GPG_TOO_OLD": (mark("GnuPG {version} is too old"), NOTHING_LEAVES, INSTALL),
    "AGENT_SILENT": (
        mark("GnuPG's agent, which holds the key, does not start"),
        NOTHING_LEAVES,
        mark("See that gpg-agent is installed, that the folder gnupg is this account's, and that the disk has room."),
    ),
    **road_words.SAID,
    **health_words.SAID,
    "DATABASE_SOUND": (mark("sound, and what is deleted is overwritten"), "", ""),
    **storage_words.SAID,
    **version_words.SAID,
    "OLD_DATABASE_LIES": (
        mark("{file} is the database from before it was moved to a server"),
        mark("It holds, locked, what has been erased from the new one since."),
        mark("Delete it when the site has worked for some days, and a new backup has been restored on trial."),
    ),
    "DATABASE_UNSOUND": (
        mark("damaged"),
        mark("Letters may be missing, and more may be lost."),
        RESTORE,
    ),
    "DELETED_STAYS": (
        mark("what is deleted is not overwritten"),
        mark("What was erased can be read out of the file."),
        mark("Use an SQLite that knows secure_delete."),
    ),
    "LOG_LONG": (
        mark("its write-ahead log is {megabytes} MB long"),
        mark("What was erased may stand there still."),
        mark("Restart the daemon; if it stays long, see who keeps the database open."),
    ),
    "CLOCK_BELIEVED": (mark("agrees with what was written last"), "", ""),
    "CLOCK_LETTERS_AHEAD": (
        mark("{count} in {days} days were signed later than this clock says it is"),
        mark("They are kept apart, and nobody was answered."),
        mark("Set the clock right. If it is right, theirs is wrong: phone them, and ask them to send again."),
    ),
    "CLOCK_BEFORE_ROWS": (
        mark("earlier than what was written last"),
        mark("Deadlines are wrong, and letters signed now may not be believed."),
        LOOK_AT_CLOCK,
    ),
    "CLOCK_AHEAD": (
        mark("more than a month past the last time anything was erased"),
        mark("Nothing is erased: if the clock is wrong, that would destroy what must be kept."),
        mark("Look at the clock. If it is right: retention run --confirm"),
    ),
    "CLOCK_BEHIND": (
        mark("before the last time anything was erased"),
        mark("Nothing is erased until somebody has looked at the clock."),
        mark("Look at the clock. If it is right now: retention run --confirm"),
    ),
    "PARTIES_KNOWN": (mark("contact and key of all {count} are known"), "", ""),
    "CONTACTS_MISSING": (
        mark("no contact for {parties}"),
        mark("Letters to them are parked until there is one."),
        mark("Get it by phone, and enter it."),
    ),
    "KEYS_MISSING": (
        mark("no key pinned for {parties}"),
        mark("Letters to them are parked until there is one."),
        mark("Get the key, compare the fingerprint by phone, and pin it: keys pin."),
    ),
    "LINE_ALIVE": (mark("nobody is silent, and nothing waits for a person"), "", ""),
    "LINE_SILENT": (
        mark("silent for longer than the settings allow: {parties}"),
        mark("Letters may lie there unseen, or not arrive."),
        RING,
    ),
    "LINE_KEY_ENDS": (
        mark("the key ends soon: {parties}"),
        mark("From its last day on letters to them are parked."),
        RENEW,
    ),
    "LINE_KEY_ENDED": (mark("the key has ended: {parties}"), WAITS, RENEW),
    "LINE_KEY_REVOKED": (mark("the key is withdrawn by its owner: {parties}"), WAITS, RENEW),
    "LINE_KEY_UNREADABLE": (mark("the key cannot be read: {parties}"), WAITS, RENEW),
    "LINE_DRILL_UNANSWERED": (
        mark("no person has answered the test referral: {parties}"),
        mark("Perhaps nobody reads what comes there."),
        RING,
    ),
    "LINE_DRILL_WAITS": (
        mark("a test referral waits for somebody here: {parties}"),
        mark("Who asked cannot know that anybody reads what comes here."),
        mark("Whoever takes referrals acknowledges it: in the inbox, or drills acknowledge."),
    ),
    "LINE_VERIFIED_LONG_AGO": (
        mark("the contact was confirmed long ago: {parties}"),
        mark("The phone may be another's by now."),
        mark("Ring on the number that is known, and go through address, phone and hours together."),
    ),
    "LINE_BOUNCES": (
        mark("letters came back: {parties}"),
        mark("The address may be wrong, or the mailbox full."),
        RING,
    ),
    "LINE_CHANGE_WAITS": (
        mark("a change waits for a second person: {parties}"),
        mark("Until then letters go where they went before."),
        SECOND,
    ),
    "LINE_CHANGE_LATE": (
        mark("the day of a change has passed, and it does not hold: {parties}"),
        mark("Letters still go where they went before."),
        SECOND,
    ),
    "LINE_OWN_KEY_PENDING": (
        mark("not known to use our new key: {parties}"),
        mark("When the old one ends, letters to them are parked."),
        mark("Ring, and read the new key's groups aloud."),
    ),
    "MAILBOX_OFF": (mark("none is told"), "", ""),
    "MAILBOX_CHOSEN": (mark("chosen, and nothing told yet"), "", ""),
    "MAILBOX_TOLD": (mark("last told {date}"), "", ""),
    "MAILBOX_NONE": (
        mark("none is told when a referral comes"),
        mark("It waits until somebody looks."),
        mark("Choose the one people read every working day: mailbox set ADDRESS"),
    ),
    "MAILBOX_FAILS": (
        mark("mail has not got through since {date} ({reason})"),
        mark("Nobody is told there that something waits."),
        mark("Look at the address and the mail server, and try it: mailbox, mailbox test"),
    ),
    "LETTERS_MOVE": (mark("none stands still"), "", ""),
    "LETTERS_PARKED": (mark("{count} parked: {reason}"), WAITS, PHONE),
    "LETTERS_REFUSED": (
        mark("{count} that the other end could not take: {reason}"),
        mark("They do not go on by themselves."),
        PHONE,
    ),
    "LETTERS_GIVEN_UP": (
        mark("{count} sent three times and never confirmed: {reason}"),
        mark("Nobody knows whether they arrived."),
        PHONE,
    ),
    "LETTERS_RETURNED": (
        mark("{count} came back, and are not tried again: {reason}"),
        mark("Nobody there has seen them."),
        mark("Phone the other party, and check its address. With a new address they leave by themselves."),
    ),
    "ARRIVALS_TAKEN": (mark("everything that came was taken"), "", ""),
    "ARRIVALS_STUCK": (
        mark("{count} that could not be looked at"),
        mark("A letter may lie among them; each is tried again and again."),
        mark("See what the daemon's log says, and whether GnuPG and the database answer."),
    ),
    "ARRIVALS_KEPT_APART": (
        mark("{count} in {days} days that cannot be trusted"),
        mark("They are kept apart, and nobody was answered."),
        mark("Look at the reasons; phone the other party if it may be theirs."),
    ),
    "ARRIVALS_REFUSED": (
        mark("{count} in {days} days from the right party that could not be taken in"),
        mark("They may be about referrals this site does not know, as after a restore from a backup."),
        mark("Phone the other party: its own list shows which of its letters got no further."),
    ),
    "PEOPLE": (mark("{count} work here, {admins} of them keep the site"), "", ""),
    "ADMINS_NONE": (
        mark("nobody keeps the site"),
        mark("No contact, key or person can be changed."),
        mark("Restore a backup from when there was one."),
    ),
    "ADMINS_ONE": (
        mark("only one person keeps the site"),
        mark("When that person is away, nobody can enter a contact or a key."),
        mark("Let one more do it: staff add NAME --role admin"),
    ),
    "PASSWORDS_MISSING": (
        mark("{count} without a password"),
        mark("They cannot sign in."),
        mark("Give each a first password: staff reset. Or end those who have left: staff end."),
    ),
    "TRIED_IN_VAIN": (
        mark("{count} who typed wrong passwords again and again"),
        mark("Somebody has forgotten theirs, or somebody else is trying."),
        mark("See who it was in the log: audit list --action sign-in"),
    ),
    "LOG_HOLDS": (mark("{entries} entries; signed, and nobody contradicts it"), "", ""),
    "LOG_HEAD_DIFFERS": (mark("its end is not as it was left"), mark("Somebody has altered it."), VERIFY),
    "LOG_NOT_AS_SIGNED": (
        mark("it no longer holds what was signed last"),
        mark("Somebody has altered it, or an older database was put back. It is not signed any more."),
        mark(
            "Run audit verify, and tell the data protection officer what it says. When the cause is found, remove "
            "the file log-head: signing then begins anew."
        ),
    ),
    "LOG_CONTRADICTED": (
        mark("{count} times another party has told of it otherwise"),
        mark("Somebody has altered it, here or there, or what was told is wrong."),
        VERIFY,
    ),
    "LOG_NOT_SIGNED": (
        mark("the last {entries} entries are not signed"),
        mark("They could be taken away unseen."),
        mark("See that the daemon runs: it signs every quarter of an hour."),
    ),
    "RETENTION_RUNS": (mark("has run"), "", ""),
    "RETENTION_NOT_YET": (
        mark("has not run yet"),
        mark("Nothing has been erased."),
        mark("Let the daemon run; it begins the day after its first start."),
    ),
    "RETENTION_LATE": (
        mark("has not run for {days} days"),
        mark("What should be gone is still here."),
        mark("See that the daemon runs, and what its log says."),
    ),
    "RETENTION_HELD": (
        mark("{count} that are old and still wait for somebody"),
        mark("They are kept, for a person is on the other end of each."),
        mark("See which, and why: retention due"),
    ),
    "BACKUP_MADE": (mark("made {days} days ago"), "", ""),
    "BACKUP_NEVER": (
        mark("there is none"),
        mark("If this machine is lost, so are its keys and everything people have written here."),
        BACK_UP,
    ),
    "BACKUP_OLD": (
        mark("made {days} days ago"),
        mark("What people have written here since then would be lost with this machine."),
        BACK_UP,
    ),
    "BACKUP_LACKS_KEY": (
        mark("older than the newest key"),
        mark("If this machine is lost, the other party must pin a new key by phone before any letter can be read."),
        BACK_UP,
    ),
    "CANNOT_OPEN": (
        mark("it cannot be opened ({reason})"),
        mark("The rest cannot be looked at."),
        mark("Mend what is said above first."),
    ),
}
"""By the code of a finding: how it is, what that means, and what to do; the last two are empty when all is well."""


def line(finding: Finding) -> str:
    """Write a finding on one line: a word, what was looked at, and how it is."""
    said = _filled(SAID[finding.code][0], finding)
    return f"{_(GRADES[finding.grade]):<9} {_(CHECKS[finding.check])}: {said}"


def advice(finding: Finding) -> tuple[str, ...]:
    """Say what a finding means and what to do; nothing when all is well."""
    return tuple(_filled(text, finding) for text in SAID[finding.code][1:] if text)


def _filled(text: str, finding: Finding) -> str:
    """Fill in what was found: names of files, and codes another party wrote, keep to their line."""
    return _(text).format(**{name: one_line(_step(str(told))) for name, told in finding.told.items()})


def _step(told: str) -> str:
    """Say a step of the road in words; everything else stands as it was found."""
    return _(road_words.STEPS[told]) if told in road_words.STEPS else told
