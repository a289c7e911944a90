"""One case as a file, in three forms: what it holds, who may take it, what is noted, where it lies (E11, H10, A3)."""

import io
import json
import os
import re
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from test_inbox_insight import CITIZEN, CONSENT, TOKENS, full

from gateway import language
from gateway.access.actions import Action
from gateway.audit.read import entries
from gateway.exchange.delivery import State
from gateway.site.erasing import Erased
from gateway.terminal.plain import plain
from gateway.wire.letters import Kind
from gateway.wire.meeting import Attendance, MeetingAnswer, MeetingCancelled
from gateway.wire.supplement import Supplement
from inbox_tui import letter_page
from inbox_tui.casework.case import CaseState, HeldUp, Mailed, Previous
from inbox_tui.casework.errors import CaseNotFound, NotSaved
from inbox_tui.casework.notes import SentBack, TakenOver, Withdrawn
from inbox_tui.export.facts import Stamp, document, moments
from inbox_tui.export.paper import paper
from inbox_tui.export.pdf import MISSING, as_pdf
from inbox_tui.export.text import as_text
from inbox_tui.exporting import ClearExports, ExportCase, Exported, Form
from tests.inbox_site import ANNE, HANS, NOW, REFERRALS, SARA, SOCIAL, UNIT, arrived, conversation, referral

CASE = conversation("2026-0001")
CPR = "190668-7074"
WHOLE = (Form.PDF, Form.TEXT, Form.JSON)
"""The forms that hold all of a case; a MedCom message holds what Præhospitalet wrote."""
STAMP = Stamp(ANNE.name, UNIT.unit_name, NOW)
HOUR = timedelta(hours=1)
FIELDS = set(re.findall(r"`([a-z0-9_.*\[\]]+)`", (Path(__file__).parents[2] / "docs/export.md").read_text("utf-8")))
HOSTILE = "\x1b]52;c;aGVq\x07[/] [@click=app.quit]x[/] {nb} **fed** \u202egnilrekyrt\u202c \u2028Samtykke\n---\n\ue000"


@pytest.fixture(autouse=True)
def danish(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "da")


@pytest.fixture
def case(site):
    site.receive(arrived(referral("R02")))
    return site.case(CASE)


def pages(content):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content), strict=True).pages]


def drawn(case):
    return as_pdf(paper(case, STAMP), STAMP)


def words(text):
    """Give the words of a text, wherever its lines are broken."""
    return " ".join(text.split())


# What each form holds


def test_every_referral_is_exported_in_all_three_forms(site):
    """E11, A3: whose it is, the text as it was written, the agreement and who took it out stand in each."""
    export = ExportCase(site.store, site.path.with_name("exports"))
    for at, key in enumerate(REFERRALS, 1):
        number = f"2026-{at:04}"
        case_id = site.receive(arrived(referral(key), number))
        pdf, text, written = (export(case_id, form, ANNE, NOW) for form in WHOLE)

        assert [one.name for one in (pdf, text, written)] == [f"{number}.pdf", f"{number}.txt", f"{number}.json"]
        assert json.loads(written.content) == document(site.case(case_id), STAMP)
        cpr = referral(key)["citizen"].get("cpr") or "CPR ikke oplyst"
        sheets = pages(pdf.content)
        for whole in (text.content.decode(), "\n".join(sheets)):
            assert [one for one in (cpr, "i kraft fra 01-04-2020", ANNE.name) if one not in whole] == []
            assert words(plain(referral(key)["text"]))[:60] in words(whole)
        for page, sheet in enumerate(sheets, 1):
            assert number in sheet
            assert cpr in sheet
            assert f"{page} af {len(sheets)}" in words(sheet)


def test_text_and_pdf_are_the_screen_with_the_number(site):
    """No form says another thing than the screen: each heading and each fact of the page is in both."""
    full(site)
    case = site.case(CASE)
    said, sheets = words(as_text(paper(case, STAMP))), words("\n".join(pages(drawn(case))))
    for section in letter_page.sections(case, NOW, show_cpr=True):
        assert section.heading in said
        assert words(section.heading) in sheets
        for _label, value in section.facts:
            assert words(value) in said
            assert words(value)[:30] in sheets
    every = [*CITIZEN.values(), *CONSENT.values(), *TOKENS.values()]
    assert [one for one in every if one not in said] == []


def test_all_that_was_written_stands_in_the_document(site):
    full(site)
    written = json.dumps(document(site.case(CASE), STAMP), ensure_ascii=False)

    assert [n for n in (*range(1, 14), *range(20, 36)) if f"KANARIE{n:02}" not in written] == []


def test_every_moment_the_evaluation_asks_for_is_there(site):
    """H10: written, sent, received, acknowledged, assessed, first contact, forwarded, taken over, closed, re-sent."""
    full(site)
    taken = TakenOver(by="Sara", at=NOW + 3 * HOUR, department="x")
    first = Previous("2025-0009", NOW - 60 * HOUR, 3, NOW - 90 * HOUR)
    case = site.case(CASE)
    told = moments(replace(case, notes=(*case.notes, taken), previous=first))

    assert None not in {at for name, at in told.items() if name != "first_reached_at"}
    assert told["first_reached_at"] is None
    assert told["taken_over_at"] == (NOW + 3 * HOUR).isoformat()
    assert (told["resent_at"], told["first_sent_at"]) == (told["sent_at"], first.first_sent_at.isoformat())
    assert set(moments(replace(case, notes=(), history=(), acknowledged=None)).values()) >= {None}


def paths(value, at=""):
    if isinstance(value, dict) and value:
        for name, one in value.items():
            yield from paths(one, f"{at}.{name}".lstrip("."))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for one in value:
            yield from paths(one, f"{at}[]")
    else:
        yield at


def everything(site):
    """A case with something in every place there is."""
    full(site)
    case = site.case(CASE)
    (meeting,) = case.meetings
    said = {"meeting_id": meeting.id, "sequence": 0}
    answer = MeetingAnswer(
        **said, attendance=Attendance.ACCEPTED, answered_by="A", unit="U", phone="+4584112000", answered_at=NOW
    )
    off = MeetingCancelled(**said, cancelled_by="A", unit="U", cancelled_at=NOW)
    taken = TakenOver(by="S", at=NOW, department=SOCIAL)
    return replace(
        case,
        held_up=(HeldUp(CASE, "2026-0001", Kind.CLOSED, State.PARKED, "KEY_EXPIRED"),),
        mailed=(Mailed(SOCIAL, State.SENT, NOW),),
        previous=Previous("2025-0009", NOW, 2, NOW),
        meetings=(replace(meeting, answer=answer, cancelled=off),),
        notes=(*case.notes, SentBack(by="S", at=NOW, department=SOCIAL, reason="R", moves=0), taken),
        state=CaseState.TAKEN_OVER,
    )


def test_the_documented_fields_are_the_ones_there_are(site):
    """The document is what a case system is built against: `docs/export.md` names each field, and no other."""
    told = {*paths(document(everything(site), STAMP))}
    named = {one for one in FIELDS if one.startswith(("case.", "exported.", "agreement."))} | {"schema", "kind"}
    open_ended = tuple(one.removesuffix("*") for one in named if one.endswith("*"))

    assert [one for one in told if one not in named and not one.startswith(open_ended)] == []
    assert [one for one in named if one not in told and not any(path.startswith(one[:-1]) for path in told)] == []


# What stops a case


def test_a_withdrawn_consent_is_said_first(case):
    """O10."""
    gone = replace(case, notes=(Withdrawn(by="Anne", at=NOW),))
    said = as_text(paper(gone, STAMP))

    assert document(gone, STAMP)["case"]["withdrawn_at"] == NOW.isoformat()
    assert 0 < said.index("trukket sit samtykke tilbage") < said.index("Sådan vil borgeren kontaktes")
    assert "trukket sit samtykke tilbage" in pages(drawn(gone))[0]


def test_of_an_erased_case_only_the_frame_is_left_and_it_says_so(case):
    """O18."""
    erased = replace(case, erased=Erased(NOW, 90))
    told, said = document(erased, STAMP)["case"], as_text(paper(erased, STAMP))

    assert (told["referral"], told["citizen"], told["erased_at"]) == (None, None, NOW.isoformat())
    assert CPR not in json.dumps(told)
    for whole in (said, "\n".join(pages(drawn(erased)))):
        assert "slettet" in whole
        assert CPR not in whole
        assert "2026-0001" in whole


# What a stranger may write


def test_hostile_text_is_harmless_in_every_form(site):
    """Controls, turned letters, markup and lines that would pass for ours; the JSON still holds what came."""
    body = referral("R02", text=HOSTILE, citizen={"cpr": HOSTILE, "name": HOSTILE})
    site.receive(arrived(body))
    export = ExportCase(site.store, site.path.with_name("exports"))
    pdf, text, written = (export(CASE, form, ANNE, NOW).content for form in WHOLE)
    said = text.decode()

    assert json.loads(written)["case"]["referral"]["text"] == HOSTILE
    for whole in (said, written.decode()):
        assert plain(whole) == whole
    assert "\nSamtykke\n---" not in said
    assert "  Samtykke\n  ---" in said
    sheets = pages(pdf)
    assert all(f" af {len(sheets)}" in words(sheet) for sheet in sheets)
    assert "{nb} **fed**" in words(sheets[0])


def test_the_longest_letter_breaks_over_pages_and_each_says_whose_it_is(case):
    """E11: the CPR number on every page; a word without an end is no way out of the sheet."""
    long = case.referral.model_copy(update={"text": ("Ærø bød på • kål – " * 2_500) + "a" * 50_000})
    sheets = pages(drawn(replace(case, referral=long)))

    assert len(sheets) > 15
    assert all(CPR in sheet and "2026-0001" in sheet and "i kraft fra" in sheet for sheet in sheets)
    assert sum(sheet.count("a" * 50) for sheet in sheets) > 500
    assert [sheet for sheet in sheets if max(map(len, sheet.split("\n"))) > 160] == []


def test_letters_of_our_part_of_the_world_are_drawn_and_what_is_not_is_seen(case):
    """R10, R15: Polish, Ukrainian and Turkish names; an emoji no font has leaves a box, and a line that says so."""
    name = "Łukasz Żółć Оксана Їжакевич Ayşe İĞ Ελένη “Ærøå” – • « »"
    shown = replace(case, referral=case.referral.model_copy(update={"text": name}))
    lacking = replace(case, referral=case.referral.model_copy(update={"text": "Glad 🫠 中"}))

    assert name in words("".join(pages(drawn(shown))))
    assert MISSING not in "".join(pages(drawn(shown)))
    assert f"Glad {MISSING} {MISSING}" in "".join(pages(drawn(lacking)))
    assert "".join(pages(drawn(lacking))).count(MISSING) == 3
    assert "Glad 🫠 中" in as_text(paper(lacking, STAMP))


def test_a_file_says_nothing_personal_of_itself(case):
    """A file's properties show where its content does not: in a search, a print queue, a recycle bin."""
    told = pypdf.PdfReader(io.BytesIO(drawn(case))).metadata

    assert told["/Title"] == "2026-0001"
    assert set(told) <= {"/Title", "/Creator", "/Producer", "/CreationDate"}


# Who may, and what is noted


def test_the_log_says_which_form_and_never_what_it_said(site, case):
    """S30: who, when, which case, in which form."""
    ExportCase(site.store, site.path)(case.id, Form.TEXT, ANNE, NOW)
    with site.db.reading() as session:
        last = list(entries(session))[-1]

    assert (last.action, last.person_id, last.about) == (Action.EXPORT_CASE, ANNE.id, CASE)
    assert json.loads(last.detail) == {"format": "text"}


def test_a_department_takes_out_its_own_case_and_no_other(site):
    full(site)
    site.receive(arrived(referral("R01"), "2026-0002"))
    site.store.acknowledge(conversation("2026-0002"), ANNE, NOW)
    site.store.forward(conversation("2026-0002"), SOCIAL, ANNE, "", NOW)
    export = ExportCase(site.store, site.path)

    assert export(conversation("2026-0002"), Form.JSON, SARA, NOW).content
    with pytest.raises(CaseNotFound):
        export(conversation("2026-0002"), Form.JSON, HANS, NOW)


# Where it lies


def test_what_is_saved_from_a_screen_is_its_owner_s_alone_and_never_over_another(site):
    export = ExportCase(site.store, site.path.with_name("exports"))
    first, second = (export.keep(Exported("2026-0001.txt", text, Form.TEXT)) for text in (b"a", b"b"))

    assert (first.name, second.name) == ("2026-0001.txt", "2026-0001-2.txt")
    assert (first.read_bytes(), second.read_bytes()) == (b"a", b"b")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (first, second)} == {0o600}
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    with pytest.raises(NotSaved):
        ExportCase(site.store, first / "no folder").keep(Exported("a.txt", b"", Form.TEXT))


def test_what_lies_there_a_week_is_erased_and_noted_once(site):
    folder = site.path.with_name("exports")
    export = ExportCase(site.store, folder)
    old, new = (export.keep(Exported(name, b"x", Form.TEXT)) for name in ("a.txt", "b.txt"))
    for path, days in ((old, 7), (new, 6)):
        os.utime(path, times=(at := (NOW - timedelta(days=days)).timestamp(), at))
    clear = ClearExports(folder, site.db, lambda: NOW)

    assert (clear.tick(), clear.tick()) == (0, 0)
    assert list(folder.iterdir()) == [new]
    with site.db.reading() as session:
        noted = [one for one in entries(session) if one.action == Action.ERASE]
    assert [json.loads(one.detail) for one in noted] == [{"what": "exports", "days": 7, "count": 1}]


def test_a_supplement_changes_what_holds_and_not_what_was_written(site):
    """O23."""
    site.receive(arrived(referral("R02")))
    said = Supplement(written_at=NOW, written_by="Mette Testgaard", phone="+45 84 11 20 99", correction=True)
    site.hear(Kind.SUPPLEMENT, said.written())
    told = document(site.case(CASE), STAMP)["case"]

    assert told["citizen"]["phone"] == "+45 84 11 20 99"
    assert told["referral"]["citizen"]["phone"] == referral("R02")["citizen"]["phone"]
    assert told["supplements"][0]["signed_by"]
