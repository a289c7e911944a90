"""`audit`: the log of who did what; and `audit verify`, whether it still says what it said."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from gateway.access.act import act
from gateway.access.actions import Action
from gateway.audit.verify import Break, Finding, Mark, Source, Verified, Verify
from gateway.commands.audit_entries import add_list
from gateway.commands.audit_heads import add_heads, head_facts
from gateway.commands.audit_samples import add_samples
from gateway.commands.console import DONE, REFUSED, Arguments, Commands, Console, signed_in
from gateway.commands.explain import explained
from gateway.language import gettext as _
from gateway.language import mark, ngettext
from gateway.station import Opener, Station
from gateway.terminal.dates import day_and_clock
from gateway.terminal.plain import one_line

BROKEN: Final = "AUDIT_BROKEN"
_AS_READ: Final = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{16,64})")

BREAKS: Final[Mapping[Break, str]] = {
    Break.EDITED: mark("entry {seq} has been edited since it was written"),
    Break.REMOVED: mark("entry {seq} is missing"),
    Break.REORDERED: mark("another entry stands in the place of entry {seq}"),
    Break.INSERTED: mark("entry {seq} does not follow from the one before it"),
    Break.REWRITTEN: mark("entry {seq} or one before it has been written anew"),
    Break.TRUNCATED: mark("the entries from {seq} on are missing"),
    Break.HEAD_DIFFERS: mark("the head of the log does not name its last entry, {seq}"),
    Break.FORGED_CHECKPOINT: mark("the signature on entry {seq} was not made by this site"),
    Break.FORGED_START: mark("the log begins with entry {seq}, and nobody signed that it does"),
    Break.FORGED_RESTORE: mark("it says that the log was put back to a backup at entry {seq}, and nobody signed that"),
}
AGAINST: Final[Mapping[Source, str]] = {
    Source.CHECKPOINT: mark("This shows from the signature this site made on entry {seq} at the time."),
    Source.RESTORE: mark("This shows from what this site signed of entry {seq} when it was restored from a backup."),
    Source.WITNESS: mark("This shows from what {party} has seen of entry {seq} and told in a letter."),
    Source.READ_ALOUD: mark("This shows from what was read aloud of entry {seq}. First make sure it was heard right."),
}


def add_audit(commands: Commands, open_site: Opener) -> Commands:
    """Add `audit …`; gives its subcommands, so that an end can add its own."""
    audit = commands.add_parser("audit", help=_("the log of who did what")).add_subparsers(required=True)
    _add_verify(audit, open_site)
    add_heads(audit, open_site)
    add_list(audit, open_site)
    add_samples(audit, open_site)
    return audit


def read_aloud(text: str) -> Mark:
    """Read a head as somebody read it aloud, for argparse: 4711:ab12-cd34-ef56-7890, however it is grouped."""
    heard = _AS_READ.fullmatch(re.sub(r"[\s-]", "", text).lower())
    if heard is None:
        raise ValueError
    return Mark(int(heard[1]), heard[2], Source.READ_ALOUD)


def _add_verify(audit: Commands, open_site: Opener) -> None:
    def verify(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            verified = _verified(station, arguments, console)
        finding = verified.finding
        facts = _facts(verified)
        if finding is None:
            console.answer(facts, *_sound(verified), *_put_back(verified))
            return DONE
        lines = (
            *explained(BROKEN, _(BREAKS[finding.what]).format(seq=finding.seq)),
            *_against(finding),
            *_otherwise(verified),
            *_put_back(verified),
        )
        console.answer({"error": BROKEN, "message": " ".join(lines), **facts}, *lines)
        return REFUSED

    parser = audit.add_parser("verify", help=_("check that no entry was changed, removed or put in"))
    parser.add_argument(
        "--witnessed",
        action="append",
        type=read_aloud,
        default=[],
        metavar=_("HEAD"),
        help=_("what the other end has seen, as it was read aloud (there: audit witnessed)"),
    )
    parser.set_defaults(run=verify)


def _verified(station: Station, arguments: Arguments, console: Console) -> Verified:
    """Verify without holding up those who write; that it was done is noted before, what it found after."""
    person, now = signed_in(station, arguments), station.clocks.machine()
    with act(station.database, person, Action.VERIFY_LOG, now):
        pass  # what counts is that it was asked for
    with station.database.reading() as session:
        verified = Verify(station.notary, now, lambda walked: _tell(console, walked))(session, arguments.witnessed)
    if verified.finding is not None:
        with act(station.database, person, Action.VERIFY_LOG, station.clocks.machine()) as deed:
            deed.detail |= {"broken": verified.finding.what.value, "at": verified.finding.seq}
    return verified


def _tell(console: Console, walked: int) -> None:
    if console.at_terminal():
        console.remark(_("{count} entries checked so far …").format(count=walked))


def _facts(verified: Verified) -> dict[str, Any]:
    finding = verified.finding
    return {
        "entries": verified.entries,
        "head": head_facts(verified.last),
        "checkpoints": verified.checkpoints,
        "witnessed": verified.witnessed,
        "proved": verified.proved,
        "contradicted": [{"party": mark.party, "seq": mark.seq} for mark in verified.contradicted],
        "put_back": [{"at": one.at.isoformat(), "backup": one.backup, "kept": one.kept} for one in verified.put_back],
        "lost": [{"party": mark.party, "seq": mark.seq} for mark in verified.lost],
        "broken": {"what": finding.what.value, "seq": finding.seq} if finding else None,
    }


def _sound(verified: Verified) -> list[str]:
    count, newer = verified.entries, verified.last.seq - verified.proved
    lines = [
        ngettext("The log is whole: {count} entry.", "The log is whole: {count} entries.", count).format(count=count),
        _("Held against signatures of this site: {signed}; against what others have seen of it: {seen}.").format(
            signed=verified.checkpoints, seen=verified.witnessed
        ),
    ]
    if newer:
        later = ngettext(
            "The last {count} entry is newer than all of these: a change to it could not be found yet.",
            "The last {count} entries are newer than all of these: a change to them could not be found yet.",
            newer,
        )
        lines.append(later.format(count=newer))
    return lines


def _put_back(verified: Verified) -> Iterator[str]:
    """Tell each time the log was put back to a backup: what was noted in between is not here, and nobody hides it."""
    for one in verified.put_back:
        said = _("On {date} this site was restored from a backup of {backup}, which held the log up to entry {seq}.")
        backup = day_and_clock(datetime.fromisoformat(one.backup)) if one.backup else "–"
        yield said.format(date=day_and_clock(one.at), backup=backup, seq=one.kept)
    if verified.put_back:
        yield _("What had been noted between the two was lost with the old machine.")
    for seen in verified.lost:
        said = _("{party} has seen entry {seq} of what was lost. That is explained by the restore.")
        yield said.format(party=one_line(seen.party), seq=seen.seq)


def _otherwise(verified: Verified) -> Iterator[str]:
    """Name every other party that contradicts the log; what they told may itself be wrong."""
    finding = verified.finding
    told = [mark for mark in verified.contradicted if finding is None or mark != finding.mark]
    yield from (_(AGAINST[mark.source]).format(seq=mark.seq, party=one_line(mark.party)) for mark in told)
    if finding and finding.mark in verified.contradicted:
        yield _(
            "The log agrees with every signature this site has made. Either somebody who holds the site's key has "
            "written it anew, or what was told is wrong: ask whoever told it to verify their log too."
        )


def _against(finding: Finding) -> tuple[str, ...]:
    held = finding.mark
    if held is None or finding.what is Break.FORGED_CHECKPOINT:
        return ()
    return (_(AGAINST[held.source]).format(seq=held.seq, party=one_line(held.party)),)
