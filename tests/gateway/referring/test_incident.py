"""The facts for the 72-hour notice after real letters (S34): which data, to whom, when, to which key; and then."""

import json

import bodies
import pytest
import sites
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from gateway import bootstrap
from gateway.commands.incident import _facts, _lines
from gateway.exchange.delivery import State
from gateway.exchange.erasing import erase_bodies
from gateway.exchange.rows import EnvelopeRow
from gateway.referring.example import example
from gateway.referring.incident import filled, incident
from gateway.referring.rows import ReferringTable
from gateway.site.people import Role
from gateway.wire.letters import Kind, Letter


@pytest.fixture
def sent(line):
    """A referral that Randers has received and acknowledged, and its number."""
    region = line.region
    region.database.create(ReferringTable.metadata)
    region.handlers = dict(bootstrap.handlers(region.station))
    with region.database.session() as session:
        person = region.station.people(session).add("Mette Testgaard", Role.SENDER)
    number = bootstrap.submit(region.station)(example(sites.RANDERS, line.clock()), person).number
    carry(line)
    found = told(line, number)
    line.randers.post(
        Letter(Kind.ACKNOWLEDGEMENT, found.conversation_id, sites.REGION, number, dict(bodies.ACKNOWLEDGEMENT))
    )
    carry(line)
    return number


def carry(line):
    while (out := line.region.send()) + (back := line.randers.send()):
        for letter in out:
            line.randers.take(letter)
        for letter in back:
            line.region.take(letter)


def told(line, number):
    with line.region.database.reading() as session:
        return incident(session, line.region.station.vault, number)


def test_everything_the_notice_asks_for_is_told(line, sent):
    found = told(line, sent)

    (letter,) = found.letters
    (sealing,) = letter.sealings
    envelope = next(row for row in line.region.rows(EnvelopeRow) if row.letter_id == letter.letter_id)
    assert (sealing.sealed_to, sealing.signed_by) == (line.randers.key, line.region.key)
    assert (sealing.address, sealing.passage) == (line.randers.address, "accepted")
    assert letter.receipt_digest == sealing.digest == envelope.digest
    assert (letter.state, letter.received_at is not None) == (State.RECEIVED, True)
    assert {"referral.citizen.name", "referral.citizen.cpr", "referral.text"} <= set(letter.fields)
    assert found.acknowledged_by_unit == bodies.ACKNOWLEDGEMENT["unit"]


def test_what_the_data_say_is_told_nowhere(line, sent):
    found = told(line, sent)
    out = "\n".join(_lines(found)) + json.dumps(_facts(found), ensure_ascii=False)
    content = example(sites.RANDERS, line.clock())
    personal = {content["text"], content["citizen"]["name"], content["citizen"]["cpr"], content["citizen"]["phone"]}
    assert not [value for value in personal if value in out]
    assert bodies.ACKNOWLEDGEMENT["acknowledged_by"] not in out
    for needed in (line.randers.key, line.region.key):
        assert needed in out
        assert needed.grouped in out


def test_content_that_was_erased_leaves_the_proof_and_says_so(line, sent):
    conversation = told(line, sent).conversation_id
    with line.region.database.session() as session:
        erase_bodies(session, conversation)
    found = told(line, sent)
    assert found.letters[0].fields is None
    assert found.letters[0].sealings[0].sealed_to == line.randers.key
    assert _facts(found)["letters"][0]["data"] is None
    assert any("slettet" in line or "erased" in line for line in _lines(found))


def test_a_referral_nobody_knows_has_no_facts(line, sent):
    assert told(line, "2026-9999") is None
    assert sent


@given(
    st.dictionaries(
        st.text("abc", min_size=1),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner),
        ),
    )
)
def test_only_names_of_fields_come_out_whatever_a_body_holds(body):
    assert all(set(name) <= set("abc.") for name in filled(body))


def test_a_no_is_data_and_an_empty_field_is_none():
    body = {"a": False, "b": None, "c": "", "d": [], "e": {}, "f": {"g": 0, "h": {"i": "x"}}}
    assert list(filled(body)) == ["a", "f.g", "f.h.i"]


def test_a_sealing_nothing_is_known_of_is_told_as_that(line, sent):
    with line.region.database.session() as session:
        for row in session.exec(select(EnvelopeRow)):
            row.passage, row.bounced = "", "BOUNCED:5.1.1"
    said = "\n".join(_lines(told(line, sent)))
    assert "5.1.1" in said
