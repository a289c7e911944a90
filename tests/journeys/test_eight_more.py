"""Eight referrals more than the file holds: six that may be sent, to the six municipalities it leaves out, two not.

Each goes the whole way: handed in at the region, carried, and read from the municipality's own database.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select
from year_town import open_town

from directory.municipalities import in_agreement
from gateway import bootstrap as region_end
from gateway.exchange.rows import OutgoingRow
from gateway.referring.example import example
from gateway.referring.refusals import Reason, Refused
from gateway.referring.rows import ReferralRow, TallyRow
from gateway.wire.letter_text import letter_text
from gateway.wire.letters import Kind, Letter
from gateway.wire.warnings import Notice

DATA = Path(__file__).parents[1] / "data" / "referrals.json"
IN_THE_FILE = json.loads(DATA.read_text("utf-8"))["referrals"]
NOW = datetime(2026, 4, 1, 19, 40, tzinfo=UTC)
"""21.40 Danish time on the eve of Skærtorsdag: the target is Monday the 13th."""


@dataclass(frozen=True)
class Sent:
    """What is special about one that may be sent: its fields, and what the reader should notice."""

    code: str
    text: str
    notices: list[Notice] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)


SENT = {
    "R04": Sent(
        "791",
        "Opdigtet. Manden sad alene på gaden og klagede over brystsmerter. Ambulancen kom, hjertet fejler ikke noget.",
        [Notice.CPR_MISSING, Notice.NO_FIXED_ADDRESS, Notice.SAFETY_NOTE],
        {
            "origin": "ambulance_on_scene",
            "citizen": {
                "cpr": None,
                "phone": None,
                "address": None,
                "residence": "hjemløs",
                "how_to_reach": "Sidder oftest ved rutebilstationen. Hils på ham ved navn.",
                "safety_note": "Bliver vred, når man rører ved hans ting. Gå to.",
            },
        },
    ),
    "R10": Sent(
        "671",
        "Opdigtet. Zażółć gęślą jaźń: sådan skriver han selv. Bor på værelse, har ingen at tale med.",
        [Notice.INTERPRETER_NEEDED],
        {
            "citizen": {"name": "Zbigniew Testowski-Łątka", "interpreter": "polsk"},
            "consent": {"given_by": "borgeren selv via polsk tolk", "form": "mundtligt via tolk"},
        },
    ),
    "R13": Sent(
        "727",
        "Opdigtet. Hun må ikke kunne findes af sin tidligere mand. Ring kun.",
        [Notice.ADDRESS_MISSING, Notice.PROTECTED_ADDRESS],
        {"citizen": {"cpr": "140570-5480", "address": None, "address_protected": True}},
    ),
    "R15": Sent(
        "707",
        "Opdigtet. Олена Фіктивна, som det staves i passet. Venter på svar om ophold og sover ikke.",
        [Notice.REPLACEMENT_CPR, Notice.INTERPRETER_NEEDED],
        {"citizen": {"name": "Олена Фіктивна", "cpr": "120385-1ZZ1", "interpreter": "ukrainsk"}},
    ),
    "R19": Sent(
        "766",
        "Opdigtet. Han ringede fra banegården i Horsens og bor i Hedensted.",
        [Notice.CHILD_CONCERN_SEPARATE_CHANNEL],
        {
            "children_in_home": True,
            "called_from": "Horsens banegård",
            "citizen": {"cpr": "290260-6517", "phone": "+45 95 00 19 00"},
        },
    ),
    "R21": Sent(
        "756",
        "Opdigtet. Hun har tanker om ikke at ville leve og tager klart afstand fra dem.",
        changes={
            "screening": {"suicidal_thoughts": True, "distances_from_thoughts": True},
            "citizen": {"cpr": "120361-5021", "phone": "+45 95 00 21 00"},
        },
    ),
}
REFUSED = {
    "R27": (
        Reason.UNKNOWN_MUNICIPALITY,
        "Skanderborg",
        {"citizen": {"home_municipality_code": None, "home_municipality_text": "Galten Kommune"}},
    ),
    "R29": (Reason.CONSENT_NOT_FROM_CITIZEN, "", {"caller": "datteren", "consent": {"given_by": "datteren"}}),
}


@pytest.fixture(scope="module")
def town():
    with open_town({}, NOW) as made:
        for code in (one.code for one in in_agreement()):
            made.introduce(code)
        yield made


def written(code, changes):
    made = example(code, NOW) | {"reference": None}
    return made | {name: {**made[name], **part} if isinstance(part, dict) else part for name, part in changes.items()}


def submit(town, referral):
    return region_end.submit(town.region.station)(referral, town.region.person)


def kept(town):
    """Count what the region holds of citizens, and what has crossed."""
    with town.region.station.database.reading() as session:
        tables = [session.exec(select(func.count()).select_from(table)).one() for table in (ReferralRow, OutgoingRow)]
    return (*tables, town.line.carried)


@pytest.mark.parametrize("name", SENT)
def test_a_referral_that_may_be_sent_is_read_at_its_municipality_as_it_was_written(name, town):
    """B2, B4, B6, E18, G1, G5, O20: R04, R10, R13, R15, R19 and R21."""
    sent = SENT[name]

    submitted = submit(town, written(sent.code, sent.changes | {"text": sent.text}))
    town.exchange()
    case = town.ends[sent.code].case(submitted.number)

    assert submitted.recipient.code == sent.code
    assert list(submitted.notices) == sent.notices == list(case.notices)
    assert case.referral.text.encode() == sent.text.encode()
    assert case.referral.citizen.name == written(sent.code, sent.changes)["citizen"]["name"]
    assert case.target_date.isoformat() == "2026-04-13"


def test_an_ambulance_that_came_is_no_hindrance_and_the_safety_remark_is_marked_in_the_letter():
    """B6, G8: R04; the remark stands under a heading of its own, before what happened."""
    letter = Letter(Kind.REFERRAL, "c", "791", "2026-0004", {"referral": written("791", SENT["R04"].changes)})

    lines = letter_text(letter).splitlines()

    assert lines.index("Vær opmærksom (sikkerhed)") < lines.index("Hvad det drejer sig om")
    assert any("Bliver vred, når man rører ved hans ting. Gå to." in line for line in lines)


@pytest.mark.parametrize("name", REFUSED)
def test_a_referral_that_may_not_be_sent_leaves_one_in_the_tally_and_nothing_else(name, town):
    """A12, C9, G5: R27 and R29; what an abolished municipality became is asked and never chosen."""
    reason, hint, changes = REFUSED[name]
    before = kept(town)

    with pytest.raises(Refused) as refused:
        submit(town, written("746", changes))
    town.exchange()

    assert refused.value.reason is reason
    assert hint in refused.value.next_step()
    assert kept(town) == before
    with town.region.station.database.reading() as session:
        assert {row.reason: row.count for row in session.exec(select(TallyRow))}[reason] == 1


def test_with_the_file_every_municipality_has_had_a_letter():
    """A4, L2: the same steps for all 19."""
    there = {one["expected"]["recipient_code"] for one in IN_THE_FILE} - {None}

    assert there | {one.code for one in SENT.values()} == {one.code for one in in_agreement()}
    assert {one["id"] for one in IN_THE_FILE} | {*SENT, *REFUSED} == {f"R{number:02}" for number in range(1, 31)}
