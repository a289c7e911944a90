"""The rarer acts, typed: exit codes, codes of refusal, words from files only, and what leaves."""

import json
import stat
from datetime import datetime, timedelta

import pytest
from icalendar import Calendar
from inbox_commands import NUMBER, WORKER

from directory.calendar import local_day
from gateway.station import utc_now
from gateway.wire.letters import Kind
from gateway.wire.supplement import Supplement
from inbox_tui.casework.outcomes import Outcome
from tests.inbox_site import arrived

REFUSED, NOT_FOUND = 2, 3
AS = ("--as", WORKER)


@pytest.fixture
def taken(inbox):
    inbox("acknowledge", NUMBER, *AS)
    return inbox


def kinds(inbox):
    return [kind for kind, _body in inbox.letters()]


def plan(days=3, **more):
    begins = utc_now() + timedelta(days=days)
    ends = begins + timedelta(hours=1)
    parties = [{"role": "egen læge", "name": "Lise Testgaard", "contact": "+4595000110"}, {"role": "borgeren"}]
    return json.dumps(
        {"starts_at": begins.isoformat(), "ends_at": ends.isoformat(), "place": "Rådhuset", "parties": parties, **more}
    )


def test_an_assessment_is_typed_and_shown(taken):
    """E1."""
    said = taken("assess", NUMBER, "acute", "--why", "-", *AS, typed="Hun er alene i nat.\n")
    assert said["acute"] is True
    (note,) = [note for note in said["notes"] if note["kind"] == "Assessment"]
    assert (note["by"], note["why"]) == (WORKER, "Hun er alene i nat.")
    assert taken("list")["cases"][0]["acute"] is True
    assert "reach the citizen by" in taken.words("--lang", "en", "known", NUMBER, *AS)
    assert "Others use the word otherwise" in taken.words("--lang", "en", "assess", "--help")


def test_show_tells_in_words_what_was_added_and_done_here(taken):
    """O23, E1."""
    body = Supplement(written_at=utc_now(), written_by="Mette Testgaard", text="Han har fået nyt nummer.").written()
    taken.receive(
        arrived({}, NUMBER, kind=Kind.SUPPLEMENT, body=body, letter_id="9d9f6a52-0000-4000-8000-000000000001")
    )
    taken("assess", NUMBER, "acute", "--why", "-", *AS, typed="Hun er alene i nat.")
    shown = taken.words("show", NUMBER, *AS)
    for words in ("Han har fået nyt nummer.", "Hun er alene i nat.", "◐ Kvitteret"):
        assert words in shown


def test_show_is_the_page_of_the_screen_in_the_language_in_use(taken, tmp_path):
    """E7, E15, S12: whose hands it has been in, why, and what was told; English throughout with one setting."""
    said = tmp_path / "reason.txt"
    said.write_text("Hører til et andet sted.", encoding="utf-8")
    taken("forward", NUMBER, "Social og Psykiatri", "--also", "Hjemmepleje", *AS)
    taken("send-back", NUMBER, "--reason", said, *AS)
    danish, english = (taken.words("--lang", tongue, "show", NUMBER, *AS) for tongue in ("da", "en"))
    order = ["How the citizen wants to be contacted", "Sent back from Social og Psykiatri", "What Præhospitalet writes"]
    assert sorted(order, key=english.index) == order
    for words in ("Forwarded: Social og Psykiatri", "Brought in too: Hjemmepleje", "Reason: Hører til et andet sted."):
        assert words in english
    assert "Sådan vil borgeren kontaktes" in danish
    assert "Sådan vil borgeren kontaktes" not in english


def test_what_is_missing_is_named_in_words(taken):
    """C5: never by the name of a field."""
    for tongue, words in (("da", "hvorfor det ikke er skriftligt"), ("en", "why it is not in writing")):
        refused = taken("--lang", tongue, "gp", NUMBER, "--consent", "spoken", *AS, code=REFUSED)
        assert words in refused["message"]
        assert "_" not in refused["message"]


@pytest.mark.parametrize("words", [("acknowledge", NUMBER, "--contact-by"), ("withdraw", NUMBER, "--at")])
def test_a_date_that_cannot_be_read_is_answered_with_how_to_write_it(inbox, words):
    for tongue, said in (("da", "skriv"), ("en", "write a")):
        inbox.words("--lang", tongue, *words, "i morgen", code=REFUSED)
        assert f"{words[-1]}: {said}" in inbox.errors


def test_an_assessment_without_a_word_is_refused_with_its_code(taken):
    assert taken("assess", NUMBER, "acute", "--why", "-", *AS, code=REFUSED)["error"] == "WORDS_MISSING"


def test_contacts_are_noted_with_the_time_they_were_made(taken):
    """E5."""
    said = taken("contacted", NUMBER, "not-reached", "--at", "2025-11-21T09:30:00+01:00", *AS)
    said = taken("contacted", NUMBER, "reached", "--remark", "-", *AS, typed="Vil gerne ses.")
    contacts = [note for note in said["notes"] if note["kind"] == "Contact"]
    assert [one["reached"] for one in contacts] == [False, True]
    assert datetime.fromisoformat(contacts[0]["at"]) == datetime.fromisoformat("2025-11-21T09:30:00+01:00")


FAR_OFF = ["0001-01-01T00:00:00+01:00", "1850-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"]


@pytest.mark.parametrize("when", ["i går", "2026-11-21T09:30:00", "7", *FAR_OFF])
def test_a_time_without_its_zone_or_beyond_the_calendar_is_a_mistake(taken, when):
    for act in (("contacted", NUMBER, "reached"), ("withdraw", NUMBER), ("gp", NUMBER, "--consent", "written")):
        with pytest.raises(json.JSONDecodeError):
            taken(*act, "--at", when, *AS, code=REFUSED)


def test_known_is_one_command_and_can_be_taken_back(inbox):
    """A10."""
    assert inbox("known", NUMBER, "--own-case", "-", *AS, typed="27.45.00-K07")["known"] is True
    assert inbox("known", NUMBER, "--not", *AS)["known"] is False


def test_the_gp_waits_for_a_consent_of_its_own(taken):
    """C5."""
    assert taken("gp", NUMBER, *AS, code=REFUSED)["error"] == "NO_CONSENT"
    refused = taken("gp", NUMBER, "--consent", "spoken", *AS, code=REFUSED)
    assert refused["error"] == "CONSENT_INCOMPLETE"
    said = taken("gp", NUMBER, "--consent", "spoken", "--waived", "-", *AS, typed="Samtalen var i telefon.")
    (consent,) = said["consents"]
    assert (consent["purpose"], consent["form"], consent["obtained_by"]) == ("own-gp", "spoken", WORKER)
    assert consent["expires_at"] > consent["obtained_at"]
    assert taken("gp", NUMBER, *AS)["notes"][-1]["kind"] == "GpInvolved"
    assert kinds(taken) == [Kind.ACKNOWLEDGEMENT]


def test_not_ours_leaves_and_ends_the_case(inbox):
    """O7, S16."""
    said = inbox("not-ours", NUMBER, "--why", "moved", "--remark", "-", *AS, typed="Fraflyttet i maj.")
    assert (said["state"], said["ending_state"]) == ("not-ours", "parked")
    ((kind, body),) = inbox.letters()
    assert (kind, body["why"], body["remark"], body["answered_by"]) == (
        Kind.NOT_OURS,
        "moved",
        "Fraflyttet i maj.",
        WORKER,
    )
    assert inbox("not-ours", NUMBER, "--why", "moved", *AS, code=REFUSED)["error"] == "ALREADY_ENDED"
    assert inbox("acknowledge", NUMBER, *AS, code=REFUSED)["error"] == "ALREADY_ENDED"


def test_closing_asks_for_the_assessment_an_outcome_and_a_reason(taken):
    """E1, H11, O16."""
    close = ("close", NUMBER, "--reason", "-", *AS)
    assert taken(*close, "--outcome", "not-now", code=REFUSED)["error"] == "NOT_ASSESSED_YET"
    taken("assess", NUMBER, "not-acute", "--why", "-", *AS, typed="Rolig.")
    assert taken(*close, code=REFUSED, typed="Fordi.")["error"] == "OUTCOME_MISSING"
    assert taken(*close, "--outcome", "not-now", code=REFUSED)["error"] == "WORDS_MISSING"
    said = taken(*close, "--outcome", "housing-support", "--outcome", "not-now", typed="Aftalt.")
    assert said["state"] == "closed"
    assert said["notes"][-1]["outcomes"] == ["housing-support", "not-now"]
    kind, body = taken.letters()[-1]
    assert (kind, set(body)) == (Kind.CLOSED, {"closed_at", "unit", "phone"})


def test_an_outcome_that_is_not_on_the_list_is_refused_and_the_list_is_shown(taken):
    """E21."""
    taken("assess", NUMBER, "not-acute", "--why", "-", *AS, typed="Rolig.")
    close = ("close", NUMBER, "--reason", "-", "--outcome", "hospital", *AS)
    refused = taken(*close, typed="Fordi.", code=REFUSED)
    assert refused["error"] == "OUTCOME_UNKNOWN"
    assert [code for code in Outcome if code not in refused["message"]] == []


def test_the_cpr_number_is_masked_until_it_is_asked_for_and_asking_is_noted(inbox):
    """S30: in words and as JSON, after every act too."""
    number = "190668-7074"
    for words in (("show", NUMBER), ("known", NUMBER), ("acknowledge", NUMBER)):
        told = inbox.words("--json", *words, *AS)
        assert "190668-" in told
        assert "7074" not in told
    assert "7074" not in inbox.words("show", NUMBER, *AS)
    assert "show-cpr" not in [action for action, *_rest in inbox.trail()]
    assert number in inbox.words("show", NUMBER, "--cpr", *AS)
    assert inbox("show", NUMBER, "--cpr", *AS)["citizen"]["cpr"] == number
    assert [action for action, *_rest in inbox.trail()].count("show-cpr") == 2


def test_an_acknowledgement_may_say_by_when_and_nothing_else(inbox):
    """E15."""
    command, today, far = ("acknowledge", NUMBER, "--contact-by"), local_day(utc_now()), timedelta(days=31)
    for day in ("2020-01-01", str(today + far)):
        assert inbox(*command, day, *AS, code=REFUSED)["error"] == "CONTACT_BY_OUTSIDE"
    assert inbox.letters() == []
    day = today + timedelta(days=2)
    inbox(*command, str(day), *AS)
    ((kind, body),) = inbox.letters()
    assert (kind, body["contact_by"]) == (Kind.ACKNOWLEDGEMENT, day.isoformat())


def test_a_withdrawal_is_told_once_and_stops_the_rest(taken):
    """O10."""
    said = taken("withdraw", NUMBER, *AS)
    assert said["withdrawn_at"]
    assert kinds(taken) == [Kind.ACKNOWLEDGEMENT, Kind.WITHDRAWAL]
    assert taken("withdraw", NUMBER, *AS, code=REFUSED)["error"] == "ALREADY_WITHDRAWN"
    assert taken("forward", NUMBER, "hjemmepleje", *AS, code=REFUSED)["error"] == "CONSENT_WITHDRAWN"
    assert taken("gp", NUMBER, *AS, code=REFUSED)["error"] == "CONSENT_WITHDRAWN"
    refused = taken("meeting", "propose", NUMBER, "-", *AS, typed=plan(), code=REFUSED)
    assert refused["error"] == "CONSENT_WITHDRAWN"


def test_a_meeting_is_proposed_with_consent_moved_called_off_and_written_to_a_calendar(taken, tmp_path):
    """C7, F5, S21."""
    refused = taken("meeting", "propose", NUMBER, "-", *AS, typed=plan(), code=REFUSED)
    assert refused["error"] == "NO_CONSENT"
    told, calendar = tmp_path / "told.txt", tmp_path / "meeting.ics"
    told.write_text("Hvem der kommer, og hvorfor.", encoding="utf-8")
    consent = ("--consent", "written", "--told", told)
    (one,) = taken("meeting", "propose", NUMBER, "-", *consent, *AS, typed=plan())["meetings"]
    assert (one["standing"], one["convened_by"]) == ("proposed", WORKER)
    begins = one["meeting_id"][:8]
    (moved,) = taken("meeting", "move", NUMBER, begins, "-", "--ics", calendar, *AS, typed=plan(5))["meetings"]
    assert moved["sequence"] == 1
    assert stat.S_IMODE(calendar.stat().st_mode) == 0o600
    assert [str(event["uid"]) for event in Calendar.from_ical(calendar.read_bytes()).events] == [one["meeting_id"]]
    assert taken("meeting", "move", NUMBER, begins, "-", "--ics", calendar, *AS, typed=plan(6), code=REFUSED)
    (gone,) = taken("meeting", "cancel", NUMBER, begins, "--remark", "-", *AS, typed="Sygdom.")["meetings"]
    assert gone["standing"] == "cancelled"
    assert kinds(taken)[-1] == Kind.MEETING_CANCELLED


def test_the_calendar_entry_names_nobody(taken, tmp_path):
    calendar = tmp_path / "meeting.ics"
    consent = ("--consent", "written", "--ics", calendar)
    taken("meeting", "propose", NUMBER, "-", *consent, *AS, typed=plan())
    entry = calendar.read_text(encoding="utf-8")
    for private in ("Karen", "190668", "Lise", "95000110"):
        assert private not in entry


@pytest.mark.parametrize("written", ["", "{", "[]", "{}", '{"starts_at": 7}', "null"])
def test_a_meeting_that_cannot_be_read_is_refused_without_quoting_it(taken, written):
    said = taken("meeting", "propose", NUMBER, "-", "--consent", "written", *AS, typed=written, code=REFUSED)
    assert said["error"] == "MEETING_INCOMPLETE"


def test_what_is_not_there_is_not_found(taken):
    for command in (("assess", "2026-9999", "acute", "--why", "-"), ("known", "2026-9999")):
        assert taken(*command, *AS, code=NOT_FOUND, typed="x")["error"] == "CASE_NOT_FOUND"
    said = taken("meeting", "answer", NUMBER, "5b0f1c1e", "accepted", *AS, code=NOT_FOUND)
    assert said["error"] == "MEETING_UNKNOWN"
    assert taken("meeting", "list", NUMBER)["meetings"] == []


def test_every_act_needs_a_person_of_the_house(inbox):
    said = inbox("known", NUMBER, "--as", "Ingen Testesen", code=REFUSED)
    assert said["error"] == "SIGN_IN_REFUSED"


def test_an_export_holds_every_moment_the_evaluation_asks_for(inbox):
    """H10: received, acknowledged, assessed, first contact, forwarded, closed."""
    inbox("acknowledge", NUMBER, "--as", WORKER)
    inbox("assess", NUMBER, "not-acute", "--why", "-", "--as", WORKER, typed="Kan vente.")
    inbox("contacted", NUMBER, "reached", "--as", WORKER)
    inbox("forward", NUMBER, "Social og Psykiatri", "--as", WORKER)
    inbox("close", NUMBER, "--outcome", "adjusted", "--reason", "-", "--as", WORKER, typed="Kendt.")

    case = inbox("show", NUMBER)

    assert case["received_at"] <= case["acknowledged_at"] <= case["forwards"][0]["at"]
    moments = {note["kind"]: note["at"] for note in case["notes"]}
    assert moments["Assessment"] <= moments["Contact"] <= moments["Closing"]
