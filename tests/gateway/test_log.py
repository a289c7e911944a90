"""The log: what may be said, in words and as JSON; nobody's text can get into it, or begin a line of its own."""

import ast
import functools
import io
import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.site.log import Event, Log, written_as
from gateway.site.settings import LogFormat, LogLevel, LogSettings

ROOT = Path(__file__).parents[2]
MODULES = [path for package in ("keys", "directory", "gateway", "inbox_tui") for path in (ROOT / package).rglob("*.py")]
HOSTILE = '1"}\n2026-01-01 00:00:00,000 stafet.daemon stopped\r\x1b[2J\x85\u2028\u202e{"event": "open"'
KAREN = "Karen Testdal 190668-7074 har det skidt, ring til +45 95 00 00 00"

WORDS = {
    *("about", "arrival", "bytes", "change", "code", "drill", "error", "file", "key", "kind", "letter", "mail"),
    *("outcome", "passage", "place", "port", "reason", "referral", "severity", "state", "status", "step", "way"),
    "whose",
}
"""Every field there is: ids, codes, counts, and places in the code or the site's folder. No person, address or text."""


def said(form, speak):
    """Give what is written, as it would stand in the journal."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(written_as(form))
    logger = logging.getLogger("stafet.tried")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        speak(logger)
    finally:
        logger.removeHandler(handler)
    return written.getvalue()


@functools.cache
def parsed(path):
    return ast.parse(path.read_text("utf-8"))


def calls_of(tree):
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def said_in(tree):
    """Give the calls of a module's own `log`: which event, and which fields."""
    for call in calls_of(tree):
        if ast.unparse(call.func) in {"log", "self.log"}:
            yield call


def test_the_fields_are_ids_codes_counts_and_places():
    assert set().union(*(event.fields for event in Event)) == WORDS


def test_no_two_events_have_one_name():
    assert len({event.code for event in Event}) == len(Event)


@pytest.mark.parametrize("path", [path for path in MODULES if "log(Event." in path.read_text("utf-8")], ids=str)
def test_what_is_said_is_an_event_with_the_fields_it_has_room_for(path):
    """No call gives a sentence of its own: it hands over the event's own fields, each of them and no other."""
    calls = [*said_in(parsed(path))]

    assert calls
    for call in calls:
        (event,) = call.args
        assert isinstance(event, ast.Attribute), ast.unparse(call)
        assert {keyword.arg for keyword in call.keywords} == Event[event.attr].fields, ast.unparse(call)


def test_every_event_is_said_somewhere():
    used = {call.args[0].attr for path in MODULES for call in said_in(parsed(path)) if call.args}

    assert {event.name for event in Event} - used == {"LIBRARY"}


def test_nobody_speaks_past_the_list():
    """No module takes a logger but to silence a library's, and none writes to one."""
    loud = []
    for path in MODULES:
        if path == ROOT / "gateway" / "site" / "log.py":
            continue
        for call in calls_of(parsed(path)):
            words = ast.unparse(call.func)
            if words.startswith("logging.") and words != "logging.getLogger":
                loud += [] if words.endswith(".setLevel") else [f"{path.name}: {words}"]
            elif words == "logging.getLogger" and call.args[0].value.startswith("stafet"):
                loud.append(f"{path.name}: {ast.unparse(call)}")
    assert not loud


@pytest.mark.parametrize("form", LogFormat)
def test_a_sentence_tells_everything_that_is_told(form):
    line = said(form, lambda _logger: Log("stafet.tried")(Event.ARRIVAL_STORED, arrival=17, bytes=4096))

    assert "arrival 17 stored, 4096 bytes" in line
    if form is LogFormat.JSON:
        told = json.loads(line)
        assert told.pop("time").endswith("+00:00")
        assert told == {
            "level": "info",
            "logger": "stafet.tried",
            "event": "arrival-stored",
            "message": "arrival 17 stored, 4096 bytes",
            "arrival": 17,
            "bytes": 4096,
        }


@pytest.mark.parametrize("form", LogFormat)
@given(value=st.text() | st.just(HOSTILE) | st.just(KAREN))
def test_what_a_peer_wrote_can_neither_begin_a_line_nor_end_one_nor_act(form, value):
    line = said(
        form, lambda _logger: Log("stafet.tried")(Event.LETTER_HELD, letter=value, state="parked", reason=value)
    )

    assert line.endswith("\n")
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert line.removesuffix("\n").isprintable()
    assert len(line) < 600
    if form is LogFormat.JSON:
        assert json.loads(line).keys() == {"time", "level", "logger", "event", "message", "letter", "state", "reason"}


def test_a_text_with_spaces_is_no_word_and_is_not_said_as_it_stands():
    line = said(
        LogFormat.TEXT, lambda _logger: Log("stafet.tried")(Event.LETTER_HELD, letter="1", state="", reason=KAREN)
    )

    assert "Karen Testdal" not in line
    assert line.endswith("letter 1 is : ?\n")


@pytest.mark.parametrize("form", LogFormat)
def test_of_an_exception_kind_code_and_place_are_told_and_never_its_text(form):
    class Refused(Exception):
        code = "REFUSED"

    with pytest.raises(Refused) as caught:
        raise Refused(KAREN)
    line = said(form, lambda _logger: Log("stafet.tried")(Event.WAY_FAILED, way="in", error=caught.value))

    assert "way in: Refused REFUSED at test_log.py:" in line
    assert "Karen" not in line


@pytest.mark.parametrize("form", LogFormat)
def test_what_a_library_says_is_not_said_only_that_it_spoke(form):
    def speak(logger):
        try:
            int(KAREN)
        except ValueError:
            logger.exception("could not handle %s", KAREN, extra={"citizen": KAREN}, stack_info=True)

    line = said(form, speak)

    assert "a library says error at test_log.py:" in line
    assert "ValueError at test_log.py:" in line
    assert not any(word in line for word in ("Karen", "Traceback", "handle", "7074"))
    assert len(line.splitlines()) == 1


def test_it_goes_to_standard_error_at_the_level_that_is_asked_for():
    """A process of its own: a test's loggers are pytest's."""
    script = (
        "from gateway.site.log import *; import logging\n"
        "from gateway.site.settings import *\n"
        "start_log(LogSettings(format='json', level='warning'))\n"
        "log = Log('stafet.tried'); log(Event.STOPPED); log(Event.PAGE_FOREIGN)\n"
        "other = logging.getLogger('elsewhere'); other.warning('%s', 'Karen', 'one too many'); other.info('x')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(told["logger"], told["event"]) for told in events] == [
        ("stafet.tried", "page-foreign"),
        ("elsewhere", "library"),
    ]
    assert done.stdout == ""


def test_the_levels_are_those_of_the_events():
    assert {logging.getLevelName(event.level).lower() for event in Event} == set(LogLevel)
    assert LogSettings() == LogSettings(format=LogFormat.TEXT, level=LogLevel.INFO)


def test_the_page_tells_of_every_event_and_of_no_other():
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (info|warning|error) \| (.+) \|$", page, re.MULTILINE)

    assert rows == [
        (event.code, logging.getLevelName(event.level).lower(), re.sub(r"[{}]", "*", event.sentence)) for event in Event
    ]
