"""What handing in a referral leaves behind, all of it or nothing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from writing_site import AARHUS, FAVRSKOV, NOW, RANDERS

from directory import municipalities
from gateway.consents.book import ConsentBook
from gateway.consents.model import Act, Form, Purpose
from gateway.consents.rows import ConsentRow
from gateway.exchange.rows import OutgoingRow
from gateway.referring.drafts import DraftGone
from gateway.referring.refusals import Reason, Refused
from gateway.referring.rows import DraftRow, NumberRow, ReferralRow, TallyRow
from gateway.referring.writing import again, anew, with_consent, with_municipality
from gateway.wire.referral import Referral, ReReferralKind

FIXTURES = json.loads((Path(__file__).parents[2] / "data" / "referrals.json").read_text("utf-8"))["referrals"]
CALM = {"acute_somatic": False, "suicidal_thoughts": False}


def refusal(site, content, draft_id=None):
    with pytest.raises(Refused) as refused:
        site.submit(content, site.mette, draft_id)
    return refused.value.reason


def consents(site, submitted):
    with site.database.reading() as session:
        return ConsentBook(session, site.vault).history(site.row(submitted).conversation_id)


def tally(site):
    return {row.reason: row.count for row in site.rows(TallyRow)}


def asked(site, content, code, **changes):
    """Fill in what the desk asks every time."""
    sender = site.written(code)["sender"]
    place = municipalities.by_code(code)
    content = with_municipality({"origin": "amk_call", **content, "sender": sender, "screening": CALM}, place)
    content = {"text": "Ringer igen.", "problem_types": ["ensomhed"], **content} | changes
    return with_consent(content, municipality=place, taken_by="Mette Testgaard", at=site.now, form=Form.SPOKEN)


def test_the_consent_stands_in_the_book_with_all_it_must_say(site):
    """C2, C8."""
    sent = site.send()

    (consent,) = consents(site, sent)

    written = site.written()["consent"]
    assert (consent.purpose, consent.municipality) == (Purpose.DISCLOSURE, RANDERS)
    assert (consent.scope, consent.information_given) == (written["scope"], written["information_given"])
    assert consent.writing_waived_because
    assert consent.expires_at - consent.obtained_at == timedelta(days=365)


def test_the_synthetic_year_is_sent_and_refused_as_agreed_and_every_one_sent_has_its_consent(site):
    """C2, C3: each by the clock of its own moment."""
    for fixture in sorted(FIXTURES, key=lambda one: datetime.fromisoformat(one["input"]["submitted_at"])):
        site.now, expected = (
            datetime.fromisoformat(fixture["input"]["submitted_at"]).astimezone(UTC),
            fixture["expected"],
        )
        if expected["reason_code"]:
            assert refusal(site, fixture["input"]) == expected["reason_code"]
            continue
        sent = site.submit(fixture["input"], site.mette)
        assert sent.recipient.code == expected["recipient_code"]
        (consent,) = consents(site, sent)
        assert consent.taken_by == fixture["input"]["consent"]["obtained_by"]
        again = fixture["input"].get("re_referral")
        assert consent.purpose is (Purpose.RENEWED_DISCLOSURE if again else Purpose.DISCLOSURE)

    assert len(site.rows(ConsentRow)) == len(site.rows(ReferralRow)) > 10
    assert sum(tally(site).values()) == len([one for one in FIXTURES if one["expected"]["reason_code"]])


def test_what_needs_the_consent_later_finds_it(site):
    """C8: a supplement rests on it."""
    sent = site.send()

    with site.database.reading() as session:
        book, conversation = ConsentBook(session, site.vault), site.row(sent).conversation_id
        assert book.required(conversation, Act.REFER, NOW)
        assert book.required(conversation, Act.SUPPLEMENT, NOW)


def test_the_letter_the_row_and_the_consent_come_together_or_not_at_all(site):
    """A crash at the last step leaves nothing."""

    def broken(_session, _letter):
        raise ZeroDivisionError

    submit = type(site.submit)(site.database, site.vault, broken, site.clock)
    draft = site.drafts.begin(site.mette, site.written())
    with pytest.raises(ZeroDivisionError):
        submit(draft.content, site.mette, draft.id)

    assert [len(site.rows(table)) for table in (ReferralRow, OutgoingRow, ConsentRow, NumberRow, TallyRow)] == [0] * 5
    assert site.drafts.open(draft.id, site.mette) == draft


def test_a_draft_is_gone_when_it_is_sent_and_the_screens_own_state_is_not_sent(site):
    """B9, O5."""
    draft = site.drafts.begin(site.mette, site.written() | {"desk": {"field": "citizen.cpr"}})

    sent = site.submit(draft.content, site.mette, draft.id)

    assert site.drafts.all(site.mette) == ()
    assert "desk" not in site.body(sent)["referral"]


def test_sending_the_same_draft_twice_sends_it_once(site):
    draft = site.drafts.begin(site.mette, site.written())
    site.submit(draft.content, site.mette, draft.id)

    with pytest.raises(DraftGone):
        site.submit(draft.content, site.karim, draft.id)

    assert len(site.rows(ReferralRow)) == len(site.rows(OutgoingRow)) == len(site.rows(ConsentRow)) == 1
    assert [row.last for row in site.rows(NumberRow)] == [1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"screening": {"acute_somatic": True}}, Reason.ACUTE_SOMATIC),
        ({"text": ""}, Reason.TEXT_MISSING),
        ({"problem_types": []}, Reason.PROBLEM_NOT_STATED),
        ({"consent": {"given": None}}, Reason.CONSENT_REFUSED),
        ({"consent": {"for_municipality": AARHUS}}, Reason.CONSENT_FOR_OTHER_MUNICIPALITY),
        ({"origin": "alarmcentralen"}, Reason.MALFORMED_INPUT),
    ],
    ids=str,
)
def test_a_refusal_keeps_the_draft_and_stores_nothing_else(site, change, reason):
    """B3: what was typed may still be needed."""
    draft = site.drafts.begin(site.mette, site.written(**change))

    assert refusal(site, draft.content, draft.id) is reason

    assert site.drafts.open(draft.id, site.mette) == draft
    assert [len(site.rows(table)) for table in (ReferralRow, OutgoingRow, ConsentRow, NumberRow)] == [0] * 4
    assert tally(site) == {reason.value: 1}


def test_a_crew_on_the_scene_refers_in_their_own_name(site):
    """B1, S9."""
    crew = {"name": "Sanne Skinredder", "role": "Ambulancebehandler", "unit": "Ambulance 4711", "phone": None}
    sent = site.submit(site.written(origin="ambulance_on_scene", sender=crew), site.karim)

    letter = site.body(sent)["referral"]
    assert (letter["origin"], letter["sender"]) == ("ambulance_on_scene", crew)
    assert site.row(sent).person_id == site.karim.id


def test_the_citizen_has_an_id_of_their_own_without_any_number(site):
    """G2."""
    nameless = {"cpr": None, "phone": None, "name": None}

    first, second = (site.row(site.send(citizen=nameless)) for _ in range(2))

    assert first.citizen_id != second.citizen_id
    assert (first.cpr_index, first.phone_index) == (None, None)


def test_a_re_referral_follows_the_citizen_and_needs_a_newer_consent(site):
    """C6, F1–F4."""
    first = site.send()
    before = Referral.parse(site.written())
    site.later(days=20)
    content = again(before, previous_id=first.referral_id, kind=ReReferralKind.ONGOING)
    old = asked(site, content, RANDERS) | {"consent": site.body(first)["referral"]["consent"]}
    assert refusal(site, old) is Reason.CONSENT_NOT_RENEWED

    sent = site.submit(asked(site, content, RANDERS), site.mette)

    row = site.row(sent)
    assert (row.previous_id, row.position, row.first_sent_at) == (first.referral_id, 2, NOW)
    assert row.citizen_id == site.row(first).citizen_id
    assert [consent.purpose for consent in consents(site, sent)] == [Purpose.RENEWED_DISCLOSURE]
    assert site.body(sent)["previous"] == {
        "number": first.number,
        "sent_at": NOW.isoformat(),
        "first_sent_at": NOW.isoformat(),
        "position": 2,
    }


@pytest.mark.parametrize(
    ("code", "cancelled"), [(FAVRSKOV, False), (RANDERS, True)], ids=["another municipality", "it never left"]
)
def test_a_municipality_that_was_not_told_of_the_earlier_referral_is_not_told_now(site, code, cancelled):
    """C1: the consent is for one municipality; what another was told is not its business."""
    first = site.send()
    if cancelled:
        site.mark(first, cancelled_at=site.later(hours=1))
    site.later(days=20)
    content = again(Referral.parse(site.written()), previous_id=first.referral_id, kind=ReReferralKind.ONGOING)

    sent = site.submit(asked(site, content, code), site.mette)

    assert site.row(sent).previous_id == first.referral_id
    assert "previous" not in site.body(sent)
    assert site.body(sent)["referral"]["re_referral"] is None
    assert all(trace not in str(site.body(sent)) for trace in (first.referral_id, first.number))


def test_a_re_referral_is_screened_like_any_other(site):
    """B5."""
    first = site.send()
    content = again(Referral.parse(site.written()), previous_id=first.referral_id, kind=ReReferralKind.RELAPSE)
    site.later(days=2)

    unasked = asked(site, content, RANDERS) | {"screening": {}}

    assert refusal(site, unasked) is Reason.SCREENING_UNANSWERED


def answered(site, code=RANDERS, **changes):
    """Send a referral, and let its municipality answer «ikke vores borger»."""
    sent = site.send(code, **changes)
    site.mark(sent, answered_at=site.later(hours=2))
    return sent


def test_what_was_answered_not_ours_is_sent_anew_in_one_step_with_the_first_answer_kept(site):
    """O7."""
    first = answered(site)
    content = anew(Referral.parse(site.written()), first_id=first.referral_id)

    sent = site.submit(asked(site, content, FAVRSKOV), site.karim)

    row, kept = site.row(sent), site.row(first)
    assert (row.anew_of, row.citizen_id) == (first.referral_id, kept.citizen_id)
    assert (row.position, row.previous_id) == (1, None)
    assert kept.answered_at is not None
    assert [consent.municipality for consent in consents(site, sent)] == [FAVRSKOV]
    assert [consent.purpose for consent in consents(site, sent)] == [Purpose.DISCLOSURE]


def test_the_new_municipality_is_told_nothing_of_the_first(site):
    """O7: no consent covers that."""
    first = answered(site)
    content = anew(Referral.parse(site.written()), first_id=first.referral_id)

    letter = site.body(site.submit(asked(site, content, FAVRSKOV), site.mette))

    assert list(letter) == ["referral"]
    assert all(trace not in str(letter) for trace in (first.referral_id, first.number, "Randers", "anew"))


@pytest.mark.parametrize("named", ["number", "referral_id"])
def test_it_is_sent_anew_once(site, named):
    """O7: two colleagues cannot both do it."""
    first = answered(site)
    content = anew(Referral.parse(site.written()), first_id=getattr(first, named))
    sent = site.submit(asked(site, content, FAVRSKOV), site.mette)

    assert refusal(site, asked(site, content, AARHUS)) is Reason.NOTHING_TO_SEND_ANEW

    site.mark(sent, answered_at=site.now)
    third = site.submit(asked(site, content | {"anew_of": sent.number}, AARHUS), site.mette)
    assert site.row(third).anew_of == sent.referral_id


def test_it_is_not_sent_anew_to_the_one_that_said_no_nor_when_nobody_has(site):
    """O7."""
    first = answered(site)
    content = anew(Referral.parse(site.written()), first_id=first.referral_id)
    assert refusal(site, asked(site, content, RANDERS)) is Reason.SAME_MUNICIPALITY_AGAIN

    waiting = site.send()
    for name in (waiting.referral_id, "2026-9999", ""):
        assert refusal(site, asked(site, content | {"anew_of": name}, FAVRSKOV)) is Reason.NOTHING_TO_SEND_ANEW

    site.mark(first, withdrawn_at=site.now)
    assert refusal(site, asked(site, content, FAVRSKOV)) is Reason.NOTHING_TO_SEND_ANEW


def test_a_new_consent_is_asked_for_before_it_is_sent_anew(site):
    """C1, O7."""
    first = answered(site)
    content = anew(Referral.parse(site.written()), first_id=first.referral_id)
    old = asked(site, content, FAVRSKOV) | {"consent": site.written()["consent"]}

    assert refusal(site, old) is Reason.CONSENT_FOR_OTHER_MUNICIPALITY


def test_no_recipient_can_be_typed(site):
    """A2, D15: only a municipality of the agreement, by code or name."""
    for typed in ("sikkerpost@randers.example", "Kirkens Korshær", "region", "Politiet"):
        place = {"home_municipality_code": None, "home_municipality_text": typed}
        assert refusal(site, site.written(citizen=place)) is Reason.UNKNOWN_MUNICIPALITY
        place = {"home_municipality_code": typed, "home_municipality_text": None}
        assert refusal(site, site.written(citizen=place)) is Reason.UNKNOWN_MUNICIPALITY
    for extra in ({"recipient": "x@y.example"}, {"to": "x@y.example"}, {"email": "x@y.example"}):
        sent = site.submit(site.written() | extra, site.mette)
        assert "x@y.example" not in str(site.body(sent))
    assert {row.to_party for row in site.rows(OutgoingRow)} == {RANDERS}


def test_a_phone_that_is_none_is_sent_as_written_and_finds_nobody(site):
    """E22, B8."""
    sent = site.send(citizen={"phone": "via bror, spørg på værtshuset"})

    assert site.row(sent).phone_index is None
    assert site.body(sent)["referral"]["citizen"]["phone"].startswith("via bror")


def test_the_drafts_of_others_stay_when_one_is_sent(site):
    mine, theirs = site.drafts.begin(site.mette, site.written()), site.drafts.begin(site.karim, site.written())

    site.submit(mine.content, site.mette, mine.id)

    assert [row.id for row in site.rows(DraftRow)] == [theirs.id]
