"""Which letter may come next from whom: the table against a hand-written expectation, and what may cross."""

import runpy
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.model import REGION
from gateway.wire.conversation import SEQUENCE, Side, Stage, next_stage, side_of
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind

DOCS = Path(__file__).parents[2] / "docs"
UNDER_WAY = ("referred", "acknowledged", "not-ours", "closed", "withdrawn")

CHANGES = {
    ("silent", "region", "referral"): "referred",
    ("silent", "municipality", "figures"): "told",
    **dict.fromkeys(
        product(["silent"], ["region", "municipality"], ["heartbeat", "key-change", "contact-change", "resend"]), "told"
    ),
    ("silent", "region", "drill"): "drilled",
    ("silent", "municipality", "forward"): "passed-on",
    ("referred", "municipality", "acknowledgement"): "acknowledged",
    ("referred", "municipality", "not-ours"): "not-ours",
    ("acknowledged", "municipality", "not-ours"): "not-ours",
    ("acknowledged", "municipality", "closed"): "closed",
    ("referred", "region", "withdrawal"): "withdrawn",
    ("referred", "municipality", "withdrawal"): "withdrawn",
    ("acknowledged", "region", "withdrawal"): "withdrawn",
    ("acknowledged", "municipality", "withdrawal"): "withdrawn",
    ("not-ours", "region", "withdrawal"): "withdrawn",
    ("not-ours", "municipality", "withdrawal"): "withdrawn",
    ("closed", "region", "withdrawal"): "withdrawn",
    ("closed", "municipality", "withdrawal"): "withdrawn",
}
"""Written by hand from the agreement: the region opens (E17), a person at the municipality takes over (L5), answers
«ikke vores borger» (O7) or closes (O16), and a withdrawal ends it from either side (O10)."""

KEEPS = {
    *product(UNDER_WAY, ["region"], ["supplement", "reminder"]),
    *product(UNDER_WAY, ["region", "municipality"], ["meeting", "meeting-answer", "meeting-cancelled"]),
    *product(["withdrawn"], ["municipality"], ["acknowledgement", "not-ours", "closed", "withdrawal"]),
    ("withdrawn", "region", "withdrawal"),
    ("drilled", "municipality", "acknowledgement"),
    ("acknowledged", "municipality", "acknowledgement"),
}
"""What changes nothing about who has the case, and what may still arrive after a withdrawal that crossed it."""

EVERYTHING = list(product(Stage, Side, Kind))


@pytest.mark.parametrize(("stage", "side", "kind"), EVERYTHING)
def test_the_table_allows_exactly_what_was_agreed(stage, side, kind):
    said = (stage.value, side.value, kind.value)
    expected = CHANGES.get(said) or (stage if said in KEEPS else None)
    if expected:
        assert next_stage(stage, side, kind) == expected
    else:
        assert (stage, side, kind) not in SEQUENCE, "What was agreed stands in CHANGES and KEEPS of this file."
        with pytest.raises(LetterOutOfTurn):
            next_stage(stage, side, kind)


def letters_from(stage, side):
    return [kind for kind in Kind if (stage, side, kind) in SEQUENCE]


def heard(stage, *letters):
    for side, kind in letters:
        stage = next_stage(stage, side, kind)
    return stage


CROSSINGS = [
    (stage, one, other)
    for stage in Stage
    if stage is not Stage.SILENT
    for one, other in product(letters_from(stage, Side.REGION), letters_from(stage, Side.MUNICIPALITY))
]


@pytest.mark.parametrize(("stage", "one", "other"), CROSSINGS)
def test_two_letters_that_cross_lead_to_the_same_stage_in_either_order(stage, one, other):
    """Each end heard its own letter first; neither may be refused, and both must end alike."""
    region, municipality = (Side.REGION, one), (Side.MUNICIPALITY, other)
    assert heard(stage, region, municipality) == heard(stage, municipality, region)


STEPS = st.lists(st.tuples(st.sampled_from(Side), st.sampled_from([*Kind, "arrives"])), max_size=20)


@given(STEPS)
def test_whatever_is_said_and_however_late_it_arrives_both_ends_end_at_the_same_stage(story):
    """Letters of one side arrive in the order they were sent; nothing that was sent in good faith is refused."""
    stages = dict.fromkeys(Side, Stage.REFERRED)
    under_way = {side: [] for side in Side}
    other = {Side.REGION: Side.MUNICIPALITY, Side.MUNICIPALITY: Side.REGION}
    for side, what in story:
        if what == "arrives":
            arrived, under_way[side] = under_way[side][:1], under_way[side][1:]
            stages[other[side]] = heard(stages[other[side]], *arrived)
        elif (stages[side], side, what) in SEQUENCE:
            stages[side] = next_stage(stages[side], side, what)
            under_way[side].append((side, what))
    for side in Side:
        stages[other[side]] = heard(stages[other[side]], *under_way[side])
    assert stages[Side.REGION] == stages[Side.MUNICIPALITY]


@pytest.mark.parametrize("side", Side)
def test_nothing_leads_out_of_a_withdrawal(side):
    """O10."""
    assert {heard(Stage.WITHDRAWN, (side, kind)) for kind in letters_from(Stage.WITHDRAWN, side)} == {Stage.WITHDRAWN}


def test_a_municipality_never_opens_a_conversation_about_a_citizen():
    """E17."""
    between_gateways = [Kind.HEARTBEAT, Kind.KEY_CHANGE, Kind.CONTACT_CHANGE, Kind.RESEND]
    to_its_own_department = Kind.FORWARD
    opened = [to_its_own_department, Kind.FIGURES, *between_gateways]
    assert letters_from(Stage.SILENT, Side.MUNICIPALITY) == opened


def test_every_stage_is_reached_and_every_letter_but_the_receipt_can_be_sent():
    assert {*SEQUENCE.values(), Stage.SILENT} == set(Stage)
    assert {kind for _stage, _side, kind in SEQUENCE} == set(Kind) - {Kind.RECEIPT}


def test_only_the_region_stands_on_its_side():
    assert (side_of(REGION), side_of("730"), side_of("")) == (Side.REGION, Side.MUNICIPALITY, Side.MUNICIPALITY)


def test_the_page_in_the_docs_is_what_the_code_draws():
    drawn = runpy.run_path(str(DOCS / "draw_conversation.py"))["page"]()
    assert (DOCS / "conversation.md").read_text("utf-8") == drawn, "run `make docs`"


def test_the_drawing_holds_each_step_that_leads_to_another_stage_and_no_other():
    drawn = (DOCS / "conversation.md").read_text("utf-8")
    arrows = {line.partition(" : ")[0].strip() for line in drawn.splitlines() if "-->" in line}
    nodes = {"silent": "[*]", "not-ours": "not_ours", "passed-on": "passed_on"}
    assert arrows == {f"{nodes.get(was, was)} --> {nodes.get(to, to)}" for (was, *_rest), to in CHANGES.items()}
