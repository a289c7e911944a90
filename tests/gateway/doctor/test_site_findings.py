"""The doctor looks at an opened site: key, certificates, clock, database, letters, people, log and retention."""

import re
from dataclasses import replace
from datetime import timedelta
from string import Formatter

import pytest
import sites
from on_file import needs_file
from sqlalchemy import text
from sqlmodel import select

from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.access.errors import SignInRefused
from gateway.adapters.road import Wrong
from gateway.backup.last import LastBackup, remember
from gateway.doctor import keeping, keys, line, machine, road, road_words, storage, traffic, words
from gateway.doctor.examine import from_inside
from gateway.doctor.findings import Check, Grade, bad
from gateway.exchange.delivery import State
from gateway.exchange.rows import ArrivalRow, OutgoingRow
from gateway.liveness.notices import TOLD_OF
from gateway.retention.rows import RunRow
from gateway.site.people import Role
from gateway.site.settings import DoorKind, PickupSettings, RelaySettings
from gateway.station import Clocks, Station
from gateway.wire.letters import new_id

DAY = timedelta(days=1)
NOT_WITHIN = {Check.FILES, Check.MACHINE, Check.DAEMON, Check.RELAY, Check.WAY_IN}
"""What is looked at from outside, and down the road."""


def codes(found):
    return [finding.code for finding in found]


def wrong(found):
    return {finding.code for finding in found if finding.grade is not Grade.WELL}


@pytest.fixture
def look(region):
    """Let one part of the doctor look at the region's database."""

    def looking(part, *more):
        with region.database.reading() as session:
            return list(part(session, *more))

    return looking


@pytest.fixture
def station(region) -> Station:
    return region.station


def test_a_site_with_nothing_to_do_is_well(region, station):
    with region.database.session() as session:
        for name in ("Bodil Testbo", "Rita Test"):
            station.people(session).add(name, Role.ADMIN)
        session.add(RunRow(at=region.clock()))

    found = list(from_inside(station, lambda station: station.retain()))

    assert wrong(found) == {"CONTACTS_MISSING", "PASSWORDS_MISSING", "BACKUP_NEVER"}
    assert {finding.check for finding in found} >= set(Check) - NOT_WITHIN


def test_the_key_s_last_day_is_told_in_good_time(station):
    assert codes(keys.own_key(station)) == ["KEY_WORKS"]
    for days, code in ((700, "KEY_ENDS_SOON"), (800, "KEY_EXPIRED"), (-30, "KEY_NOT_YET_MADE")):
        at = sites.utc_now() + days * DAY
        assert codes(keys.own_key(shifted(station, at))) == [code]


def test_a_site_that_was_never_backed_up_or_long_ago_or_before_its_newest_key_is_told(region, station):
    now, days = region.clock(), station.settings.keeping.backup_days
    assert codes(keys.backup(station)) == ["BACKUP_NEVER"]
    for key, made_at, code in (
        (station.fingerprint, now - (days - 1) * DAY, "BACKUP_MADE"),
        (station.fingerprint, now - days * DAY, "BACKUP_OLD"),
        ("A" * 40, now, "BACKUP_LACKS_KEY"),
    ):
        with region.database.session() as session:
            remember(session, LastBackup(made_at, key))
        assert codes(keys.backup(station)) == [code]


def shifted(station, at):
    return replace(station, clocks=Clocks(lambda: at, lambda: at))


def test_a_key_that_is_not_in_the_ring_is_told(station):
    other = station.settings.model_copy(update={"fingerprint": "A" * 40})
    assert codes(keys.own_key(replace(station, settings=other))) == ["KEY_NOT_HERE"]


def test_the_door_s_certificate_is_read_and_its_days_counted(station):
    assert codes(keys.doors(station)) == ["DOOR_CERTIFICATE"]
    assert codes(keys.doors(shifted(station, sites.utc_now() + 700 * DAY))) == ["DOOR_CERTIFICATE_ENDS_SOON"]
    assert codes(keys.doors(shifted(station, sites.utc_now() + 800 * DAY))) == ["DOOR_CERTIFICATE_ENDED"]


def test_a_door_for_the_mail_server_here_shows_no_certificate_and_none_is_looked_at(station, tmp_path):
    door = {"kind": DoorKind.LMTP, "certificate": tmp_path / "nothing", "key": None}
    settings = station.settings.model_copy(update={"door": station.settings.door.model_copy(update=door)})
    assert codes(keys.doors(replace(station, settings=settings))) == []


def test_files_the_settings_name_and_nobody_can_read_are_told(station, tmp_path):
    nothing = tmp_path / "nothing"
    settings = station.settings.model_copy(
        update={
            "door": station.settings.door.model_copy(update={"certificate": nothing, "key": nothing}),
            "relay": station.settings.relay.model_copy(update={"ca_file": nothing, "password_file": nothing}),
        }
    )

    assert codes(keys.doors(replace(station, settings=settings))) == [
        "DOOR_CERTIFICATE_UNREADABLE",
        "DOOR_KEY_MISSING",
        "RELAY_CERTIFICATE_UNREADABLE",
        "RELAY_PASSWORD_MISSING",
        "RELAY_SIGN_IN_HALF",
    ]


def test_a_password_that_is_empty_or_no_text_and_half_a_sign_in_are_told(station, tmp_path):
    empty, noise = tmp_path / "empty", tmp_path / "noise"
    empty.write_text(" \n")
    noise.write_bytes(b"\xff\xfe")
    settings = station.settings.model_copy(
        update={
            "relay": RelaySettings(user="stafet", password_file=noise),
            "pickup": PickupSettings(host="imap.example", user="stafet", password_file=empty, ca_file=noise),
        }
    )
    assert codes(keys.doors(replace(station, settings=settings)))[1:] == [
        "RELAY_PASSWORD_MISSING",
        "PICKUP_CERTIFICATE_UNREADABLE",
        "PICKUP_PASSWORD_MISSING",
    ]
    half = station.settings.model_copy(update={"relay": RelaySettings(user="stafet")})
    assert codes(keys.doors(replace(station, settings=half)))[1:] == ["RELAY_SIGN_IN_HALF"]


def test_letters_go_to_everybody_in_the_book_but_ourselves_and_our_departments(line):
    (out,) = road.ways(line.randers.station)
    assert (out.party, out.sender, out.recipient) == ("region", line.randers.address, line.region.address)
    assert [way.party for way in road.ways(line.region.station)] == ["710", "730"]


@needs_file
def test_the_database_is_sound_and_overwrites_what_it_deletes(region, look):
    assert codes(look(lambda session: storage.examine(region.station.home, session))) == ["DATABASE_SOUND"]


@needs_file
def test_a_database_that_keeps_what_is_deleted_is_told(region):
    with region.database.reading() as session:
        session.execute(text("PRAGMA secure_delete = OFF"))
        assert "DELETED_STAYS" in codes(storage.examine(region.station.home, session))


@needs_file
def test_a_damaged_database_is_told(region, tmp_path):
    with region.database.session() as session:
        session.add_all(RunRow(at=region.clock()) for _row in range(400))
    region.database.forget()
    region.database.close()
    file = tmp_path / "region.db"
    content = bytearray(file.read_bytes())
    content[-2048:] = b"\xff" * 2048
    file.write_bytes(content)

    with region.database.reading() as session:
        assert codes(storage.examine(region.station.home, session)) == ["DATABASE_UNSOUND"]


def test_a_clock_before_what_was_written_last_is_told(region, look):
    region.store(b"mail")
    assert codes(look(machine.clock, region.clock())) == ["CLOCK_BELIEVED"]
    assert codes(look(machine.clock, region.clock() - 2 * DAY)) == ["CLOCK_BEFORE_ROWS"]


def test_a_clock_retention_does_not_believe_is_told(region, look):
    with region.database.session() as session:
        session.add(RunRow(at=region.clock()))
    assert codes(look(machine.clock, region.clock() + 31 * DAY)) == ["CLOCK_AHEAD"]
    assert codes(look(machine.clock, region.clock() - DAY)) == ["CLOCK_BEHIND"]


def test_letters_signed_later_than_this_clock_says_it_is_are_counted(region, look):
    region.store(b"mail")
    with region.database.session() as session:
        session.exec(select(ArrivalRow)).one().reason = "SIGNED_IN_FUTURE"
    (found, believed) = look(machine.clock, region.clock())
    assert (found.code, found.grade, found.told) == ("CLOCK_LETTERS_AHEAD", Grade.LOOK, {"count": 1, "days": 7})
    assert codes(look(machine.clock, region.clock() + 8 * DAY)) == [believed.code]


def test_letters_that_stand_still_are_counted_by_reason(region, look):
    for _letter in range(3):
        region.post(sites.referral(to_party=sites.FAVRSKOV))
    assert codes(look(traffic.letters)) == ["LETTERS_MOVE"]
    with region.database.session() as session:
        for row, state in zip(session.exec(select(OutgoingRow)).all(), ("parked", "parked", "given-up"), strict=True):
            row.state, row.reason = State(state), "NO_KEY" if state == "parked" else "NO_RECEIPT"
            session.add(row)

    found = {(one.code, one.told["count"], one.told["reason"]) for one in look(traffic.letters)}
    assert found == {("LETTERS_PARKED", 2, "NO_KEY"), ("LETTERS_GIVEN_UP", 1, "NO_RECEIPT")}


def test_mail_that_cannot_be_taken_is_counted_and_old_quarantine_is_not(region, look):
    assert codes(look(traffic.mail, region.clock())) == ["ARRIVALS_TAKEN"]
    region.take(b"Subject: x\r\n\r\ny\r\n")
    region.store(b"never looked at")
    assert codes(look(traffic.mail, region.clock() + DAY)) == ["ARRIVALS_STUCK", "ARRIVALS_KEPT_APART"]
    assert codes(look(traffic.mail, region.clock() + 8 * DAY)) == ["ARRIVALS_STUCK"]


def test_a_letter_about_a_referral_this_site_does_not_know_is_counted_for_a_week(line, look):
    """As after a restore from a backup: nobody sees it otherwise at this end."""
    line.region.take(sites.sealed(line.randers, sites.acknowledgement(new_id())).content)
    assert codes(look(traffic.mail, line.clock())) == ["ARRIVALS_REFUSED"]
    assert codes(look(traffic.mail, line.clock() + 8 * DAY)) == ["ARRIVALS_TAKEN"]


def test_parties_that_cannot_be_reached_are_named(randers, look):
    (contacts,) = look(traffic.parties, "region")
    assert contacts.code == "CONTACTS_MISSING"
    assert "Randers" not in contacts.told["parties"]
    assert "Aarhus" in contacts.told["parties"]
    with randers.database.reading() as session:
        assert codes(traffic.parties(session, "730")) == ["PARTIES_KNOWN"]


def test_who_keeps_the_site_and_who_cannot_sign_in_is_counted(region, station, look):
    assert wrong(look(keeping.people)) == {"ADMINS_NONE"}
    with region.database.session() as session:
        station.people(session).add("Bodil Testbo", Role.ADMIN)
    assert wrong(look(keeping.people)) == {"ADMINS_ONE", "PASSWORDS_MISSING"}
    sites.hire(station, "Bodil Testbo", Role.ADMIN)
    sites.hire(station, "Rita Test", Role.ADMIN)
    assert wrong(look(keeping.people)) == set()


def test_somebody_who_tries_again_and_again_is_told(region, station, look):
    sites.hire(station, "Bodil Testbo", Role.ADMIN)
    for _try in range(6):
        region.clock.go(timedelta(minutes=20))
        with pytest.raises(SignInRefused):
            station.sign_in("Bodil Testbo", "forkert og langt nok")
    assert "TRIED_IN_VAIN" in wrong(look(keeping.people))


def test_a_trail_that_is_not_as_it_was_left_is_told(region, look):
    with region.database.session() as session:
        noted_by_daemon(session, Action.START, region.clock())
    assert codes(look(keeping.trail, None, region.clock() + DAY)) == ["LOG_NOT_SIGNED"]
    region.station.checkpoints.tick()
    signed = region.station.notary.last_signed.read()
    assert codes(look(keeping.trail, signed, region.clock() + DAY)) == ["LOG_HOLDS"]
    with region.database.session() as session:
        session.execute(text("UPDATE audit_head SET hash = 'x'"))
    assert "LOG_HEAD_DIFFERS" in wrong(look(keeping.trail, signed, region.clock()))
    with region.database.session() as session:
        session.execute(text("DROP TRIGGER audit_entries_stands_DELETE"))
        session.execute(text("DELETE FROM audit_entries"))
    assert "LOG_NOT_AS_SIGNED" in wrong(look(keeping.trail, signed, region.clock()))


def test_what_another_party_or_a_file_is_called_keeps_to_its_line():
    hostile = bad(Check.FILES, "FILE_OPEN", file="x\nin order  Files: all\x1b[2J", mode="0666")
    for said in (words.line(hostile), *words.advice(hostile)):
        assert said.isprintable()


def test_retention_that_does_not_run_is_told_and_so_is_what_it_holds_back(region, look):
    retain = region.station.retain()
    assert codes(look(keeping.retention, retain, region.clock())) == ["RETENTION_NOT_YET"]
    retain.tick()
    region.store(b"never looked at")
    assert codes(look(keeping.retention, retain, region.clock() + DAY)) == ["RETENTION_RUNS"]
    assert codes(look(keeping.retention, retain, region.clock() + 3 * DAY)) == ["RETENTION_LATE"]
    region.clock.go(100 * DAY)
    assert wrong(look(keeping.retention, retain, region.clock())) == {"RETENTION_LATE", "RETENTION_HELD"}


def test_nothing_the_doctor_says_holds_a_name_or_a_number_of_anybody(region, station):
    sites.hire(station, "Bodil Testbo", Role.ADMIN)
    region.post(sites.referral("Jens Testborg, 190668-7074"))
    region.take(b"Subject: Jens Testborg 190668-7074\r\n\r\ny\r\n")

    said = " ".join(
        line
        for one in from_inside(station, lambda station: station.retain())
        for line in (words.line(one), *words.advice(one))
    )

    assert not re.search("Bodil|Testbo|Jens|190668", said)


def test_every_finding_that_is_not_well_says_what_it_means_and_what_to_do():
    for code, (said, meaning, todo) in words.SAID.items():
        assert said, code
        assert bool(meaning) == bool(todo), code
        fields = {name for sentence in (meaning, todo) for _text, name, *_rest in Formatter().parse(sentence) if name}
        assert fields <= {"file", "count", "reason", "setting"}, code


def test_every_code_a_check_can_give_has_its_words(pytestconfig):
    folder = pytestconfig.rootpath / "gateway" / "doctor"
    source = "\n".join(file.read_text("utf-8") for file in folder.glob("*.py") if "words" not in file.name)
    given = set(re.findall(r'(?:well|look|bad)\(\s*Check\.[A-Z_]+, "([A-Z0-9_]+)"', source))
    given |= {
        f"{server}_{what}" for server in ("RELAY", "PICKUP") for what in ("CERTIFICATE_UNREADABLE", "PASSWORD_MISSING")
    }
    given |= {f"RELAY_{wrong}" for wrong in {*Wrong} - {*road_words.IN_ONLY}}
    given |= {f"PICKUP_{wrong}" for wrong in {*Wrong} - {*road_words.OUT_ONLY, Wrong.RECIPIENT_UNKNOWN}}
    given |= {f"LETTERS_{state}" for state in ("PARKED", "REFUSED", "GIVEN_UP", "RETURNED")}
    given |= {
        "KEY_EXPIRED",
        "KEY_REVOKED",
        "KEY_NOT_YET_MADE",
        "CLOCK_AHEAD",
        "CLOCK_BEHIND",
        "CANNOT_OPEN",
        "SCHEMA_OLDER",
        "SCHEMA_NEWER",
    }
    given |= {"FILE_OPEN", "FOLDER_OPEN", "CONTACTS_MISSING", "KEYS_MISSING"}
    given |= {f"LINE_{reason}" for reason in TOLD_OF - line.TOLD_ELSEWHERE}

    assert given == set(words.SAID)
    assert set(words.CHECKS) == set(Check)
    assert set(words.GRADES) == set(Grade)
