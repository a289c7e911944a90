"""What bringing a database forward, and taking it back, means in words."""

from collections.abc import Mapping
from typing import Final

from gateway.language import gettext as _
from gateway.language import mark
from gateway.schema.branch import Branch
from gateway.schema.version import Standing

STANDS: Final[Mapping[Standing, str]] = {
    Standing.CURRENT: mark("It is of version {found}, which is what this program uses."),
    Standing.OLDER: mark("It is of version {found}; this program needs {wanted}. Bring it forward: database upgrade"),
    Standing.NEWER: mark("It is of a later version than this program, which uses {wanted}."),
    Standing.UNVERSIONED: mark("It holds no site that this program knows."),
    Standing.EMPTY: mark("It is empty."),
}

KINDS: Final[Mapping[str, str]] = {
    "sqlite": mark("The database is a file in the site's folder, {size}."),
    "postgresql": mark("The database is on a PostgreSQL server, {size}."),
}

OWNERS: Final[Mapping[str, str]] = {
    "shared": mark("what both ends keep"),
    "region": mark("what the region keeps"),
    "unit": mark("what the municipality keeps"),
}

BARS: Final[Mapping[str, str]] = {
    "ON_SERVER": mark(
        "That version knows no PostgreSQL. Bring the site into a file first: backup, and restore in a new folder."
    ),
    "OWN_KEYS": mark("This site has a newer key than the one it began with; an earlier version would use the old one."),
    "OWN_ADDRESSES": mark("This site has another address than the one it began with; mail for it would be refused."),
    "FORWARDS_WAIT": mark("Cases that wait to leave for a department by mail: {count}. Let the daemon send them."),
    "REPLIES_UNREAD": mark("Answers written by hand that nobody has read: {count}. Read them at the desk."),
}

LOSSES: Final[Mapping[str, str]] = {
    "CHANGES": mark("changes of contacts and keys, with who confirmed them (what has taken effect stays): {count}"),
    "DRILLS": mark("TESTs that people acknowledge: {count}"),
    "DEPARTMENTS_BY_MAIL": mark("departments reached by mail, which then are so no more: {count}"),
    "LETTERS_BETWEEN": mark("TESTs, and news of keys and contacts, that are on their way: {count}"),
    "RESTORES": mark("signed statements about a restore from a backup: {count}"),
    "ERASURES": mark("notes of what retention erased of TESTs and changes: {count}"),
    "REPLIES": mark("answers written by hand, all read (the mails they came in stay): {count}"),
    "FIGURES": mark("municipalities' shared figures, which each can send again: {count}"),
    "CALLS": mark("calls that found a case ended or not theirs, which then say that it was taken: {count}"),
    "TAKEN_OVER": mark("cases a department has taken over, which then say forwarded: {count}"),
    "BESIDE": mark("departments beside the responsible one, which then no longer see the case: {count}"),
    "MAILED": mark("cases at a department by mail, whose answer is then not understood: {count}"),
    "RETIRED": mark("retired departments, which then can be forwarded to again: {count}"),
    "PROMISED": mark("days promised for the first contact: {count}"),
}


def owner(branches: tuple[Branch, ...], revision: str) -> str:
    """Say whose tables a revision is about."""
    return _(next(OWNERS[branch.name] for branch in branches if branch.owns(revision)))


def counted(words: Mapping[str, str], counts: Mapping[str, int]) -> tuple[str, ...]:
    """Say what there is how much of."""
    return tuple(f"- {_(words[code]).format(count=count)}" for code, count in counts.items())
