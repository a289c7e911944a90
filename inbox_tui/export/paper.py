"""A case as a page that leaves the screen: the page's own sections, with the CPR number, and what stands on each sheet.

Text and PDF are drawn from the same value, and that from the screen's own sections: none of them says another thing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.language import gettext as _
from gateway.terminal import dates
from gateway.terminal.plain import one_line
from gateway.terminal.sections import Section
from gateway.wire.referral_text import agreement_reference
from inbox_tui import letter_page, presentation
from inbox_tui.casework.case import Case
from inbox_tui.export.facts import Stamp


@dataclass(frozen=True)
class Paper:
    """What is to be drawn; all of it is harmless. `number` and `cpr` head every sheet, and the rest of it ends them."""

    number: str
    title: str
    cpr: str = field(repr=False)
    standing: tuple[str, ...] = field(repr=False)
    sections: tuple[Section, ...] = field(repr=False)
    agreement: str
    exported: str


def paper(case: Case, stamp: Stamp) -> Paper:
    """Lay a case out. What stops it stands first: erased content (O18), a withdrawn consent (O10)."""
    who = presentation.SEPARATOR.join(filter(None, map(one_line, (stamp.by, stamp.unit))))
    return Paper(
        number=presentation.number(case.number),
        title=title(case),
        cpr=_cpr(case),
        standing=tuple(standing(case)),
        sections=letter_page.sections(case, stamp.at, show_cpr=True),
        agreement=agreement_reference(),
        exported=_("Exported {when} by {who}").format(when=dates.day_and_clock(stamp.at), who=who),
    )


def title(case: Case) -> str:
    """Name the page by the referral's number."""
    return _("Referral {number}").format(number=presentation.number(case.number))


def standing(case: Case) -> Iterator[str]:
    """Say what was proved of the letter, how far the case has come, and whether Præhospitalet knows."""
    yield presentation.verdict(case)
    yield presentation.SEPARATOR.join(filter(None, (presentation.state(case.state), presentation.told(case))))


def _cpr(case: Case) -> str:
    """Say what stands on every sheet; it tells whose sheet it is."""
    if case.erased:
        return _("CPR erased")
    number = one_line(case.in_force.citizen.cpr or "")
    return _("CPR {number}").format(number=number) if number else _("CPR not given")
