"""Which letter may come next from whom: the table, against a hand-written expectation."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.model import REGION
from gateway.wire.conversation import Side, Stage, next_stage, side_of
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind

ALLOWED = {
    ("silent", "region", "referral"): "referred",
    ("referred", "municipality", "acknowledgement"): "acknowledged",
}
"""Written by hand from the agreement: the region opens (E17), a person at the municipality takes over (L5)."""

EVERYTHING = list(product(Stage, Side, Kind))
STORIES = ([], ["region referral"], ["region referral", "municipality acknowledgement"])


@pytest.mark.parametrize(("stage", "side", "kind"), EVERYTHING)
def test_the_table_allows_exactly_what_was_agreed(stage, side, kind):
    expected = ALLOWED.get((stage.value, side.value, kind.value))
    if expected:
        assert next_stage(stage, side, kind) == expected
    else:
        with pytest.raises(LetterOutOfTurn):
            next_stage(stage, side, kind)


@given(st.lists(st.tuples(st.sampled_from(Side), st.sampled_from(Kind)), max_size=6))
def test_no_sequence_of_letters_tells_another_story(letters):
    stage, story = Stage.SILENT, []
    for side, kind in letters:
        try:
            stage = next_stage(stage, side, kind)
        except LetterOutOfTurn:
            continue
        story.append(f"{side} {kind}")
    assert story in STORIES


def test_only_the_region_stands_on_its_side():
    assert (side_of(REGION), side_of("730"), side_of("")) == (Side.REGION, Side.MUNICIPALITY, Side.MUNICIPALITY)
