"""Two real sites, joined with the commands people type; one referral goes all the way; nobody else learns anything."""

import json
import os
import pty
import subprocess
from contextlib import ExitStack
from datetime import timedelta

import canary
import pytest
from databases import everything_in, moment
from journey_gate import Gate
from journey_road import CODE, REGION_MAIL, SENDER, UNIT_MAIL, UNIT_NAME, UNIT_PHONE, WORKER, Road
from journey_sites import PATIENCE, Site, agents_of, until, workplace
from journey_tap import Tap
from traces import Traces

from gateway.station import utc_now

DEPARTMENT = "Arbejdsmarked"
WHOLE_LETTER = 10_000
"""Fewer bytes than any sealed letter has, more than is said before one."""

NOT_SENDING = """
    SELECT state, next_at FROM outgoing
    WHERE letter_id = ? AND tries > 0 AND claimed_until IS NULL
"""


class Journey:
    """What was said at each step, for the tests to look at afterwards."""

    def __init__(self, folder, road, taps, gates):
        self.folder, self.road, self.taps, self.gates = folder, road, taps, gates
        self.commands = []

    def type(self, site, *words, **how):
        said = site(*words, **how)
        self.commands.append((site.line(*words), said))
        return said


@pytest.fixture(scope="module")
def journey():
    with ExitStack() as stack:
        folder = stack.enter_context(workplace())
        taps = {name: stack.enter_context(Tap().running()) for name in ("to region", "to unit")}
        gates = {name: Gate(folder / f"gate-{name}") for name in ("region", "unit")}
        road = Road(
            Site("stafet-gateway", folder / "region", f"{gates['region'].folder}:{Site.path}"),
            Site("stafet-inbox", folder / "unit", f"{gates['unit'].folder}:{Site.path}"),
        )
        stack.callback(road.end)
        play_set_up(road, taps)
        journey = Journey(folder, road, taps, gates)
        play(journey)
        yield journey


def play_set_up(road, taps):
    road.make(taps["to unit"].server, taps["to region"].server)
    road.trust(
        (taps["to unit"].server, road.unit.home / "door.pem"),
        (taps["to region"].server, road.region.home / "door.pem"),
    )
    road.join()
    road.region.start()
    road.unit.start()
    taps["to region"].door, taps["to unit"].door = road.region.port, road.unit.port
    road.known()


def play(journey):
    """Refer from a file, take over, forward, and look at the region; the file is the caller's own and goes away."""
    road = journey.road
    file, note = journey.folder / "in.json", journey.folder / "note.txt"
    file.write_text(json.dumps(canary.referral(CODE), ensure_ascii=False), encoding="utf-8")
    note.write_text(canary.NOTE, encoding="utf-8")
    journey.referred = journey.type(road.region, "refer", file, "--json").json
    letter, number = journey.referred["referral_id"], journey.referred["number"]
    road.receipted(letter)
    journey.listed = journey.type(road.unit, "list", "--json").json["cases"]
    journey.shown = journey.type(road.unit, "show", number, "--cpr", "--as", WORKER)
    journey.type(road.unit, "acknowledge", number, "--as", WORKER)
    until(lambda: road.region.ask("SELECT acknowledged_at FROM referrals WHERE letter_id = ?", letter)[0][0])
    journey.forwarded = journey.type(
        road.unit, "forward", number, DEPARTMENT, "--note", note, "--reason", "-", "--as", WORKER, typed=canary.REASON
    )
    journey.status = journey.type(road.region, "status", number, "--json").json
    journey.refused = journey.type(
        road.region, "refer", "-", "--json", code=2, typed=json.dumps(canary.referral(CODE) | {"consent": refusal()})
    ).json
    file.unlink()
    note.unlink()


def refusal():
    return canary.referral(CODE)["consent"] | {"given": False}


def test_the_region_sees_who_took_it_when_and_whom_to_phone(journey):
    status = journey.status

    assert status["state"] == "acknowledged"
    assert status["states"] == ["queued", "sent", "received", "acknowledged"]
    assert status["receipt_digest_ok"] is True
    assert status["acknowledged_by"] == WORKER
    assert status["acknowledged_at"]
    assert status["acknowledged_unit"] == UNIT_NAME
    assert (status["acknowledged_phone"], status["phone"]) == (UNIT_PHONE, UNIT_PHONE)


def test_the_words_on_the_region_s_screen_hold_it_too(journey):
    said = journey.road.region("status", journey.referred["number"]).out

    assert WORKER in said
    assert UNIT_PHONE in said
    assert UNIT_NAME in said


def test_the_municipality_reads_the_whole_letter(journey):
    for text in (canary.NAME, canary.CPR, canary.PHONE, *canary.TEXT.split("\n\n"), journey.referred["number"]):
        assert text in journey.shown.out


def test_the_municipality_has_one_case_and_a_department_is_responsible(journey):
    assert [case["number"] for case in journey.listed] == [journey.referred["number"]]
    assert journey.listed[0]["state"] == "new"

    [case] = journey.road.unit("list", "--json").json["cases"]

    assert (case["state"], case["responsible"], case["acknowledged_by"]) == ("forwarded", DEPARTMENT, WORKER)


def test_an_act_names_a_person_who_may(journey):
    said = journey.road.unit("acknowledge", journey.referred["number"], "--as", "Nobody Here", "--json", code=2)

    assert said.json["error"] == "SIGN_IN_REFUSED"


def test_each_end_shows_the_other_s_key_as_pinned(journey):
    keys = {site: journey.road.region("keys", "show", "--json").json for site in ("region",)}
    region = {one["party"]: one["fingerprint"] for one in keys["region"]["keys"]}
    unit = {one["party"]: one["fingerprint"] for one in journey.road.unit("keys", "show", "--json").json["keys"]}

    assert region[CODE] in unit.values()
    assert unit["region"] in region.values()


def test_what_crossed_the_wire_is_tls_after_the_first_words(journey):
    for tap in journey.taps.values():
        heard = bytes(tap.heard)
        assert b"STARTTLS" in heard
        assert b"MAIL FROM" not in heard.upper()
        assert REGION_MAIL.encode() not in heard
        assert UNIT_MAIL.encode() not in heard
        assert Traces(canary.texts()).within(heard) == set()


def test_no_file_of_either_site_holds_a_personal_text(journey):
    """Every byte below both homes, with both daemons running: databases, write-ahead logs, key rings, and the logs."""
    places = {str(path.relative_to(journey.folder)) for path in journey.folder.rglob("*")}

    assert {"region.log", "unit.log"} <= places
    assert (journey.folder / "region.log").stat().st_size > 0
    traces = Traces(canary.texts())
    assert traces.below(journey.folder) == {}
    for site in (journey.road.region, journey.road.unit):
        assert b"receipt" in (kept := everything_in(site.database))
        assert traces.within(kept) == set()


def test_no_process_was_given_a_personal_text_as_argument_or_environment(journey):
    traces = Traces(canary.texts())
    typed = "\0".join(word for line, _said in journey.commands for word in line).encode()

    assert traces.within(typed) == set()
    for gate in journey.gates.values():
        assert b"--decrypt" in gate.seen
        assert traces.within(gate.seen) == set()
    for site in (journey.road.region, journey.road.unit):
        assert len(site.seen) == 2
        assert traces.within(b"\0".join(site.seen)) == set()


def test_only_the_municipality_that_shows_a_case_prints_personal_text(journey):
    traces = Traces(canary.texts())
    shown = [line for line, said in journey.commands if traces.within((said.out + said.err).encode())]

    assert {line[3] for line in shown} == {"show"}


def test_a_refused_referral_leaves_nothing_but_one_in_the_tally(journey):
    """C9. What it held is the canary's own text, which `test_no_file_of_either_site` has looked for."""
    assert journey.refused["reason_code"] == "CONSENT_REFUSED"
    assert journey.refused["next_step"]
    assert journey.road.region.ask("SELECT reason, count FROM refusal_tally") == [("CONSENT_REFUSED", 1)]
    assert journey.road.region.ask("SELECT count(*) FROM referrals") == [(1,)]
    assert journey.road.region.ask("SELECT count(*) FROM outgoing WHERE kind = 'referral'") == [(1,)]


def test_the_databases_and_keys_are_their_owner_s_alone(journey):
    for site in (journey.road.region, journey.road.unit):
        open_to_others = [path.name for path in site.home.rglob("*") if path.lstat().st_mode & 0o077 and private(path)]
        assert site.home.stat().st_mode & 0o777 == 0o700
        assert open_to_others == []


def private(path):
    return (
        path.name.startswith(("stafet.db", "passphrase", "data.key", "door.key", "settings")) or path.suffix == ".key"
    )


def test_at_a_terminal_the_same_commands_say_the_same(journey):
    """A terminal brings no prompt, no pinentry, no colours, and no less."""
    site, number = journey.road.region, journey.referred["number"]

    code, seen = at_a_terminal(site, "status", number)

    assert code == 0
    assert seen.replace("\r\n", "\n") == site("status", number).out
    assert "\x1b" not in seen


def test_at_a_terminal_a_referral_is_sealed_and_received_too(journey):
    file = journey.folder / "again.json"
    file.write_text(json.dumps(canary.referral(CODE) | {"reference": None}), encoding="utf-8")

    code, seen = at_a_terminal(journey.road.region, "refer", file, "--json")
    file.unlink()

    assert code == 0
    journey.road.receipted(json.loads(seen)["referral_id"])


def at_a_terminal(site, *words):
    """Run a command as the owner of a terminal; give its exit code and all that the terminal showed."""
    ours, theirs = pty.openpty()
    line = ["sh", "-c", 'exec "$@" <"$0"', os.ttyname(theirs), *site.line(*words)]
    process = subprocess.Popen(
        line, stdin=theirs, stdout=theirs, stderr=theirs, env=site.environment, start_new_session=True
    )
    os.close(theirs)
    shown = bytearray()
    while some := read_terminal(ours):
        shown += some
    os.close(ours)
    return process.wait(PATIENCE), shown.decode()


def read_terminal(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # the last one who held the other side has gone
        return b""


def test_a_municipality_that_is_killed_before_it_could_say_250_gets_the_letter_again_soon(journey):
    """Joined directly, no mail server keeps the letter: it is sent again within a minute."""
    road, wire = journey.road, journey.taps["to unit"]
    heard = len(wire.heard)
    with road.unit.frozen():
        letter = road.refer()
        until(lambda: len(wire.heard) > heard + WHOLE_LETTER)
        road.unit.kill()
    road.unit.start()
    wire.door = road.unit.port
    [(state, next_at)] = until(lambda: road.region.ask(NOT_SENDING, letter))

    assert state == "queued"
    assert moment(next_at) < utc_now() + timedelta(minutes=1)
    road.region.change("UPDATE outgoing SET next_at = posted_at WHERE letter_id = ?", letter)
    road.receipted(letter)
    assert road.cases(letter) == 1


def test_a_command_leaves_the_daemon_its_agent(journey):
    region = journey.road.region
    serving = agents_of(region)

    region("status")

    assert serving
    assert agents_of(region) == serving


def test_both_daemons_end_when_told_and_leave_no_agent_behind(journey):
    for site in (journey.road.region, journey.road.unit):
        site.stop()
        assert agents_of(site) == []


def test_a_command_leaves_no_agent_behind_when_no_daemon_runs(journey):
    region = journey.road.region
    assert region.daemon.poll() == 0

    region("status")

    assert agents_of(region) == []


def test_who_sent_it_is_a_member_of_staff(journey):
    (keeper,) = journey.road.region("staff", "list", "--json").json["staff"]
    assert (keeper["name"], keeper["role"]) == (SENDER, "admin")
