"""A case with the citizen's CPR number masked: how commands print it until somebody asks for the number (S30)."""

from dataclasses import replace
from typing import TypeVar

from gateway.terminal.plain import one_line
from gateway.wire.cpr import masked
from gateway.wire.referral import Citizen
from gateway.wire.supplement import Supplement
from inbox_tui.casework.case import Case
from inbox_tui.export.facts import Facts, facts

Named = TypeVar("Named", Citizen, Supplement)


def without_cpr(case: Case) -> Case:
    """Mask the number wherever the case names it: in the letter, and in everything that was added."""
    referral = case.referral
    return replace(
        case,
        referral=referral.model_copy(update={"citizen": _masked(referral.citizen)}),
        supplements=tuple(replace(one, supplement=_masked(one.supplement)) for one in case.supplements),
    )


def masked_facts(case: Case) -> Facts:
    """Write a case as JSON values, the number masked."""
    return facts(without_cpr(case))


def _masked(named: Named) -> Named:
    number = one_line(named.cpr or "")
    return named.model_copy(update={"cpr": masked(number)}) if number else named
