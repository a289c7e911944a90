"""Everything that can stand in the log has words."""

from gateway.access.actions import Action, Purpose
from gateway.access.words import ACTIONS, PURPOSES
from gateway.audit.samples import ABOUT_CITIZENS


def test_every_action_and_every_purpose_has_words_of_its_own():
    silent = sorted(set(Action) - set(ACTIONS))
    assert not silent, f"Give {silent} words in gateway/access/words.py."
    assert set(PURPOSES) == set(Purpose)
    assert len({*ACTIONS.values(), *PURPOSES.values()}) == len(Action) + len(Purpose)


def test_what_stands_in_the_log_as_text_finds_its_words():
    assert ACTIONS["open-case"] == ACTIONS[Action.OPEN_CASE]


def test_the_monthly_sample_is_of_what_leads_to_a_citizen():
    """S31."""
    assert {Purpose.CARE, Purpose.INSIGHT} == ABOUT_CITIZENS
