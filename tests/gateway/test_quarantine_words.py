"""Every reason a mail is kept apart for has words of its own, and a next step, at either end."""

import pytest

from gateway.exchange.arrivals import NOT_LOOKED_AT, OUR_LACK
from gateway.terminal.quarantine_words import AT_MUNICIPALITY, AT_REGION, OTHER, REASONS, Advice, explain
from gateway.wire.errors import WireError
from inbox_tui import quarantine
from keys.errors import OpenRefused


def leaves(error):
    below = error.__subclasses__()
    return {leaf for one in below for leaf in leaves(one)} if below else {error}


PRODUCED = {error.code for error in leaves(OpenRefused) | leaves(WireError)} | {NOT_LOOKED_AT}
"""What mail can be refused for when it is opened, and what an arrival is shown by that could not be looked at."""


def test_every_code_that_can_be_produced_has_its_own_explanation():
    assert set(REASONS) == PRODUCED
    whys = [why for why, _advice in REASONS.values()]
    assert len(set(whys)) == len(whys)
    assert OTHER[0] not in whys


@pytest.mark.parametrize("end", [AT_MUNICIPALITY, AT_REGION], ids=["municipality", "region"])
def test_each_end_says_what_to_do_about_each(end):
    assert set(end) == set(Advice)
    assert len(set(end.values())) == len(end)
    for code in PRODUCED:
        assert explain(code, end).what_to_do


def test_a_municipality_is_told_to_phone_praehospitalet_and_the_region_a_municipality():
    assert all("municipality" not in text for text in AT_MUNICIPALITY.values())
    assert all("Præhospitalet" not in text for text in AT_REGION.values())


def test_what_another_key_mends_is_a_case_for_the_administrator_or_a_call():
    assert {REASONS[code][1] for code in OUR_LACK} == {Advice.ADMIN, Advice.CALL}


def test_a_code_nobody_knows_is_still_explained():
    assert explain("SOMETHING_NEW", AT_REGION).what_to_do == explain("BAD_SIGNATURE", AT_REGION).what_to_do


def test_the_inbox_explains_by_the_same_words():
    assert quarantine.explain("UNSIGNED") == explain("UNSIGNED", AT_MUNICIPALITY)
