"""A newer wheel over an older site, step by step as the handbook says, with a letter that was on its way.

The sites are those that release 0.1.0 left; the program is the wheel of today.
"""

import re
import shutil
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
import releases
from journey_road import Road
from journey_sites import until, workplace
from wheels import Installed

from gateway.commands.console import OUT_OF_REACH, REFUSED
from gateway.schema.revisions.shared.shared_2 import UNKNOWN_BEFORE

pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(datetime.now(UTC) > datetime(2028, 11, 1, tzinfo=UTC), reason="the keys of 0.1.0 have ended"),
]
LETTER = "f2fe6f91-334d-49f6-967b-a87880b1e087"
"""A referral that the region of 0.1.0 sent."""


@pytest.fixture(scope="module")
def road(wheel):
    """Both ends as 0.1.0 left them: a referral waits to be sent, and neither daemon runs."""
    with workplace() as folder:
        road = Road(
            *(
                Installed(program, releases.home_of(end, folder).path, wheel=wheel)
                for program, end in (("stafet-gateway", "region"), ("stafet-inbox", "unit"))
            )
        )
        doors = [free_port(), free_port()]
        for site, other, own, way in (
            (road.region, road.unit, *doors),
            (road.unit, road.region, *reversed(doors)),
        ):
            settings = (site.home / "settings.toml").read_text("utf-8").replace("port = 0", f"port = {own}")
            there = f'port = {way}\nca_file = "{other.home / "door.pem"}"'
            (site.home / "settings.toml").write_text(settings.replace("port = 25\n", f"{there}\n"), "utf-8")
        road.region.change("UPDATE outgoing SET state = 'queued', next_at = posted_at WHERE letter_id = ?", LETTER)
        try:
            yield road
        finally:
            road.end()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def test_the_new_program_over_the_old_site_says_what_to_do_and_changes_nothing(road):
    for site in (road.region, road.unit):
        before = everything(site)
        for command in ("run", "status" if site is road.region else "list"):
            said = site(command, "--lang", "en", code=REFUSED)
            assert "database upgrade" in said.err
        assert everything(site) == before


def test_brought_forward_it_runs_and_the_letter_that_waited_gets_there_once(road):
    cases = road.unit.ask("SELECT count(*) FROM cases")
    for site in (road.unit, road.region):
        site("database", "upgrade")
        assert (site.home / "stafet-0.1.0.db").is_file(), "a copy is kept"
        site.start()
    until(lambda: road.state(LETTER) == "received")
    assert road.unit.ask("SELECT count(*) FROM cases") == cases, "it is the one they have"
    for site in (road.region, road.unit):
        site.stop()


def test_before_the_earlier_program_is_put_back_the_database_goes_back_with_every_letter(road):
    letters = sent(road.region)
    road.region("database", "downgrade", "--to", "0.1.0", "--confirm")
    assert sent(road.region) == letters
    said = road.region("run", "--lang", "en", code=REFUSED)
    assert "database upgrade" in said.err
    road.region("database", "upgrade")
    assert sent(road.region) == letters


def everything(site):
    with closing(sqlite3.connect(f"file:{site.database}?mode=ro", uri=True)) as database:
        return [*database.iterdump()]


def sent(site):
    """Everything about citizens; the nightly TEST, which goes out when this runs at night, 0.1.0 cannot read."""
    found = site.ask("SELECT letter_id, state, times_sent, kind FROM outgoing ORDER BY letter_id")
    known = [one for one in found if f"'{one[-1]}'" not in UNKNOWN_BEFORE]
    assert known
    return known


def test_a_setting_that_only_a_newer_program_knows_is_named(road):
    """As when an earlier program is put back over settings that a later one was told."""
    settings = road.unit.home / "settings.toml"
    kept = shutil.copy(settings, settings.with_suffix(".kept"))
    settings.write_text(f"{settings.read_text('utf-8')}\n[teleport]\nspeed = 1\n", "utf-8")
    said = road.unit("doctor", "--lang", "en", code=OUT_OF_REACH)
    assert re.search(r"does not know: teleport\.", said.err)
    shutil.move(kept, settings)
