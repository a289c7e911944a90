"""`audit sample`, `audit verdict`, `audit samples`: the monthly check of what was done about citizens (S31)."""

import re
from collections.abc import Mapping
from typing import Any, Final

from gateway.access.act import act
from gateway.access.actions import Action
from gateway.audit.chain import Link
from gateway.audit.samples import Judged, Judgement, Month, Sample, Samples
from gateway.commands.audit_entries import entry_facts, entry_line, numbers_of, staff_names
from gateway.commands.console import DONE, Arguments, Commands, Console, read_file, signed_in
from gateway.language import gettext as _
from gateway.language import mark, ngettext
from gateway.station import Opener
from gateway.terminal.plain import one_line

TEN: Final = 10
MOST: Final = 500
LARGEST_NOTE: Final = 16 * 1024
_MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")

VERDICTS: Final[Mapping[Judged, str]] = {
    Judged.OK: mark("there was reason to do it"),
    Judged.ASK: mark("to be asked about"),
    Judged.WRONG: mark("there was no reason to do it"),
}


def add_samples(audit: Commands, open_site: Opener) -> None:
    """Add the three commands of the monthly check."""
    _add_sample(audit, open_site)
    _add_verdict(audit, open_site)
    _add_overview(audit, open_site)


def a_month(text: str) -> Month:
    """Read a month as 2026-11, for argparse."""
    written = _MONTH.fullmatch(text.strip())
    if written is None:
        raise ValueError
    return Month(int(written[1]), int(written[2]))


def _a_count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MOST):
        raise ValueError
    return int(text)


def _add_sample(audit: Commands, open_site: Opener) -> None:
    def sample(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.machine()
            with act(station.database, person, Action.SAMPLE_LOG, now) as deed:
                samples = Samples(deed.session, station.vault)
                drawn = samples.draw(arguments.month, arguments.count, person.id, now)
                names, numbers = staff_names(station, deed.session), numbers_of(deed.session, drawn.entries)
                deed.detail |= {"month": drawn.month, "drawn": len(drawn.entries)}
        facts = [
            entry_facts(entry, names, numbers) | {"verdict": _verdict_facts(drawn, entry, names)}
            for entry in drawn.entries
        ]
        console.answer(
            {"month": drawn.month, "seed": drawn.seed, "out_of": drawn.out_of, "entries": facts},
            _("Sample of {month}: {count} of {all} entries about citizens.").format(
                month=drawn.month, count=len(drawn.entries), all=drawn.out_of
            ),
            _("Drawn by {seed}, the hash of the first entry after the month.").format(seed=drawn.seed),
            *(_sample_line(drawn, entry, names, numbers) for entry in drawn.entries),
        )
        return DONE

    parser = audit.add_parser("sample", help=_("draw a month's sample of what was done about citizens"))
    parser.add_argument("--month", required=True, type=a_month, metavar=_("MONTH"), help=_("such as 2026-11"))
    parser.add_argument("--count", type=_a_count, default=TEN, metavar=_("COUNT"), help=_("how many entries"))
    parser.set_defaults(run=sample)


def _add_verdict(audit: Commands, open_site: Opener) -> None:
    def judge(arguments: Arguments, console: Console) -> int:
        note = read_file(arguments.note, LARGEST_NOTE).decode("utf-8", "replace").strip() if arguments.note else ""
        verdict = Judged(arguments.verdict)
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.machine()
            with act(station.database, person, Action.JUDGE_SAMPLE, now) as deed:
                samples = Samples(deed.session, station.vault)
                samples.judge(arguments.month, arguments.seq, verdict, note, person_id=person.id, now=now)
                missing = samples.of(arguments.month).missing
                deed.detail |= {"month": str(arguments.month), "entry": arguments.seq, "verdict": verdict.value}
        console.answer(
            {"month": str(arguments.month), "seq": arguments.seq, "verdict": verdict.value, "missing": missing},
            _("Noted: entry {seq}, {verdict}.").format(seq=arguments.seq, verdict=_(VERDICTS[verdict])),
            _still_missing(missing),
        )
        return DONE

    parser = audit.add_parser("verdict", help=_("note what you make of an entry of a sample"))
    parser.add_argument("month", type=a_month, metavar=_("MONTH"), help=_("the sample's month, such as 2026-11"))
    parser.add_argument("seq", type=int, metavar=_("ENTRY"), help=_("the entry's number"))
    parser.add_argument("verdict", choices=[verdict.value for verdict in Judged])
    parser.add_argument("--note", metavar="FILE", help=_("why, in a file or - for standard input"))
    parser.set_defaults(run=judge)


def _add_overview(audit: Commands, open_site: Opener) -> None:
    def overview(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.machine()
            with act(station.database, person, Action.SAMPLE_LOG, now) as deed:
                months = Samples(deed.session, station.vault).months(now)
        facts = [_month_facts(month, sample) for month, sample in months]
        lines = [_month_line(month, sample) for month, sample in months]
        console.answer({"months": facts}, *(lines or [_("No month with anything to check is over yet.")]))
        return DONE

    audit.add_parser("samples", help=_("which months have been checked, and what is missing")).set_defaults(
        run=overview
    )


def _verdict_facts(drawn: Sample, entry: Link, names: Mapping[str, str]) -> dict[str, Any] | None:
    judged = drawn.judgements.get(entry.seq)
    if judged is None:
        return None
    return {
        "verdict": judged.verdict.value,
        "note": judged.note or None,
        "person": names.get(judged.person_id, judged.person_id),
        "at": judged.at.isoformat(),
    }


def _sample_line(drawn: Sample, entry: Link, names: Mapping[str, str], numbers: Mapping[str, str]) -> str:
    judged = drawn.judgements.get(entry.seq)
    verdict = _judged(judged, names) if judged else _("not judged yet")
    return f"{entry_line(entry, names, numbers)}  {verdict}"


def _judged(judged: Judgement, names: Mapping[str, str]) -> str:
    who = names.get(judged.person_id, judged.person_id)
    said = _("{verdict} ({person})").format(verdict=_(VERDICTS[judged.verdict]), person=who)
    return f"{said}: {one_line(judged.note)}" if judged.note else said


def _month_facts(month: Month, sample: Sample | None) -> dict[str, Any]:
    if sample is None:
        return {"month": str(month), "drawn": 0, "missing": None}
    verdicts = [judged.verdict for judged in sample.judgements.values()]
    counts = {verdict.value: verdicts.count(verdict) for verdict in Judged}
    return {"month": str(month), "drawn": len(sample.entries), **counts, "missing": sample.missing}


def _month_line(month: Month, sample: Sample | None) -> str:
    if sample is None:
        return _("{month}  no sample drawn yet").format(month=month)
    verdicts = [judged.verdict for judged in sample.judgements.values()]
    counts = ", ".join(
        f"{_(VERDICTS[verdict])}: {verdicts.count(verdict)}" for verdict in Judged if verdict in verdicts
    )
    parts = (str(month), counts, _still_missing(sample.missing))
    return "  ".join(part for part in parts if part)


def _still_missing(missing: int) -> str:
    if not missing:
        return _("All entries of the sample have been judged.")
    said = ngettext("{count} entry has not been judged yet.", "{count} entries have not been judged yet.", missing)
    return said.format(count=missing)
