"""A municipality's own list of outcomes (E21): its words, its figures, and what stays when the list is edited."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import language
from gateway.site.settings import CaseworkSettings, OutcomeSetting
from gateway.statistics.figures import Topic
from gateway.statistics.period import Period
from gateway.statistics.tables import _split
from inbox_tui import words
from inbox_tui.acts import STANDARD, Acts
from inbox_tui.casework.errors import OutcomeUnknown
from inbox_tui.casework.outcomes import Outcome, offered
from inbox_tui.counting import Counting
from inbox_tui.letter_page import sections
from tests.inbox_site import ANNE, NOW, UNIT, arrived, conversation, referral

BRIDGE = OutcomeSetting(code="brobygger", da="brobygger på kommunen", en="a bridge-builder")
RENAMED = OutcomeSetting(code="brobygger", da="brobygning")
PSYCHIATRY = OutcomeSetting(code="psychiatry", da="noget helt andet")
OURS = CaseworkSettings(outcomes=(BRIDGE, PSYCHIATRY))
NUMBERS = ("2026-0001", "2026-0002")


def closed(site, number, outcomes, terms=OURS):
    """Close a case at a municipality with that list."""
    case_id = site.receive(arrived(referral("R02"), number))
    acts = Acts(site.store, site.vault, site.post, lambda: UNIT, terms)
    site.store.acknowledge(case_id, ANNE, NOW)
    acts.assess(case_id, acute=False, why="Rolig.", person=ANNE, now=NOW)
    return acts.close(case_id, outcomes, "Aftalt.", ANNE, NOW)


def endings(site, terms):
    """Count, as it is shown: each outcome's name and number."""
    with site.db.reading() as session:
        figures = Counting(session, site.vault, "730", terms)(Period.around(NOW.date()), NOW)
    (table,) = _split(figures, Topic.ENDINGS)
    return figures.split(Topic.ENDINGS).parts, {row.label: row.cells[0].value for row in table.rows}


@given(st.lists(st.sampled_from([*map(str, Outcome), "brobygger", "samtale"]), unique=True))
def test_the_list_is_offered_in_its_order_and_something_else_always_closes_it(codes):
    """E6."""
    terms = CaseworkSettings(outcomes=tuple(OutcomeSetting(code=code, da=code) for code in codes))
    listed = offered(terms)
    assert listed[-1] == Outcome.OTHER
    assert [*listed[:-1]] == [code for code in codes or map(str, Outcome) if code != Outcome.OTHER]


def test_the_words_are_the_municipality_s_own_but_the_agreement_s_codes_keep_theirs():
    assert words.outcomes(OURS) == (
        ("brobygger", "brobygger på kommunen"),
        ("psychiatry", "psykiatri"),
        ("other", "andet"),
    )
    language.use("en")
    try:
        assert [label for _code, label in words.outcomes(OURS)] == ["a bridge-builder", "psychiatry", "something else"]
    finally:
        language.use("da")


@pytest.mark.parametrize("terms", [STANDARD, OURS])
def test_what_is_not_on_the_list_closes_nothing(site, terms):
    with pytest.raises(OutcomeUnknown) as refused:
        closed(site, NUMBERS[0], ["hospital"], terms)
    assert refused.value.offered.split(", ") == list(offered(terms))
    assert not site.case(conversation(NUMBERS[0])).ended
    assert [letter.kind for letter in site.posted] == ["acknowledgement"]


def test_figures_and_cases_outlive_an_edit_of_the_list(site):
    """E21: what is counted under a code is counted under it for good, and named as it was named last."""
    case = closed(site, NUMBERS[0], ["brobygger", "psychiatry"])
    closed(site, NUMBERS[1], ["brobygger", "other"])
    for terms, name in ((OURS, BRIDGE.da), (CaseworkSettings(outcomes=(RENAMED,)), RENAMED.da), (STANDARD, BRIDGE.da)):
        parts, told = endings(site, terms)
        assert (parts["brobygger"], parts["psychiatry"], parts["other"]) == (2, 1, 1)
        assert told[name[:1].upper() + name[1:]] == 2
        assert told["Psykiatri"] == 1
    assert "brobygger på kommunen, psykiatri" in str(sections(case, NOW))


def test_what_the_list_offers_and_nobody_chose_is_a_zero(site):
    closed(site, NUMBERS[0], ["other"])
    parts, _told = endings(site, OURS)
    assert parts == {"brobygger": 0, "psychiatry": 0, "other": 1}
