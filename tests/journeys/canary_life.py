"""A life in which a canary goes through every feature of both ends, by the commands people type and the daemons."""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import canary
import pytest
from journey_road import CODE, REGION_MAIL, REGION_PHONE, UNIT_MAIL, UNIT_NAME, UNIT_PHONE, Road, door_and
from journey_sites import Said, Site, until

from gateway import __main__ as gateway_command
from gateway import bootstrap, language
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.audit.samples import Judged, Month, Samples
from gateway.site.home import Home
from gateway.station import Clocks, utc_now
from inbox_tui import __main__ as inbox_command
from inbox_tui.bootstrap import case_store, export_case, open_municipality
from inbox_tui.exporting import Form

SENDER, WORKER = canary.STAFF["sender"], canary.STAFF["worker"]
WRITTEN = canary.WRITTEN


@dataclass
class Signed(Site):
    """A site whose people sign in with a password that stands in a file of their own.

    Commands are carried out in this process, where they start ten times faster, but the first of each of those named in
    `alone`: these are processes of their own, whose arguments and environment others can see.
    """

    alone: set[str] = field(default_factory=lambda: {"refer", "show", "journal", "citizen"})

    @property
    def environment(self):
        folder = self.home.parent
        own = {"STAFET_PASSWORD_FILE": str(folder / "own" / "password"), "TMPDIR": str(folder / "tmp")}
        return super().environment | own | {"PATH": self.path}

    def __call__(self, *words, typed=None, code=0):
        if words[0] in self.alone:
            self.alone.remove(words[0])
            return super().__call__(*words, typed=typed, code=code)
        said = self._here(*words, typed=typed or "")
        assert code in {None, said.code}, (words, said)
        assert "Traceback" not in said.err
        return said

    def _here(self, *words, typed):
        main = {"stafet-gateway": gateway_command, "stafet-inbox": inbox_command}[self.program].main
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _stream in range(2))
        mask = os.umask(0o077)
        with pytest.MonkeyPatch.context() as world, redirect_stdout(out), redirect_stderr(err):
            world.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
            for name, value in self.environment.items():
                world.setenv(name, value)
            world.setattr(language, "_in_use", "da")
            try:
                main(self.line(*words)[1:])
            except SystemExit as ended:
                code = ended.code
        os.umask(mask)
        return Said(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


@dataclass
class Life:
    """What was typed, and what was answered."""

    road: Road
    folder: Path
    typed: list[tuple[tuple[str, ...], Said]] = field(default_factory=list)
    first_passwords: list[str] = field(default_factory=list)

    def __call__(self, site, *words, code=0, said=None):
        """Type a command; `said` is what it reads from standard input."""
        if isinstance(said, dict):
            said = json.dumps(said, ensure_ascii=False)
        answer = site(*words, typed=said, code=code)
        self.typed.append(((site.program, *map(str, words)), answer))
        return answer

    def region(self, *words, **how):
        return self(self.road.region, *words, **how)

    def unit(self, *words, **how):
        return self(self.road.unit, *words, **how)

    @property
    def passwords(self):
        """List every password there was: the chosen one, and those that were made."""
        return canary.kinds()["password"] | set(self.first_passwords)

    # How it goes

    def set_up(self, taps):
        password = self.folder / "own" / "password"
        password.parent.mkdir(mode=0o700)
        password.write_text(canary.PASSWORD + "\n", encoding="utf-8")
        first = ("--alone", "--new-password-file", password)
        where = door_and(taps["to unit"].server)
        who = ("--person", SENDER)
        self.region("init", "--address", REGION_MAIL, "--phone", REGION_PHONE, *who, *first, *where)
        where, who = door_and(taps["to region"].server), ("--person", WORKER, "--name", UNIT_NAME)
        unit = ("--municipality", CODE, "--address", UNIT_MAIL, "--phone", UNIT_PHONE)
        self.unit("init", *unit, *who, *first, *where)
        trusted = [
            (taps[f"to {site.home.name}"].server, site.home / "door.pem") for site in (self.road.unit, self.road.region)
        ]
        self.road.hurry()
        self.road.trust(*trusted)
        self.road.join()
        self.road.region.start()
        self.road.unit.start()
        taps["to region"].door, taps["to unit"].door = self.road.region.port, self.road.unit.port
        self.road.known()

    def live(self):
        self._staff()
        first, second = self._refer(None), self._refer("KANARIEREF-4472")
        self._draft()
        self._follow(first)
        self._work(first)
        self._meet(first)
        self._look(first)
        self._end(first, second)
        self._err(first)
        self._control()

    def _staff(self):
        self._colleague(self.road.region, canary.STAFF["auditor"], "auditor")
        self.region("staff", "list", "--as", SENDER)
        self._colleague(self.road.unit, canary.STAFF["auditor"], "auditor")
        self.unit("staff", "list", "--json", "--as", WORKER)

    def _colleague(self, site, name, role):
        """Add one, who gets a first password and chooses their own."""
        boss = ("--as", self._boss(site), "--json")
        added = self(site, "staff", "add", name, "--role", role, *boss).json
        again = self(site, "staff", "reset", name, *boss).json
        self.first_passwords += [added["first_password"], again["first_password"]]
        own = self.folder / "own" / "password"
        once = own.with_name("first")
        once.write_text(again["first_password"] + "\n", encoding="utf-8")
        self(site, "staff", "password", "--as", name, "--password-file", once, "--new-password-file", own)

    def _boss(self, site):
        return SENDER if site is self.road.region else WORKER

    def _refer(self, reference):
        written = canary.referral(CODE) | {"reference": reference}
        said = self.region("refer", "-", "--json", "--as", SENDER, said=written).json
        until(lambda: self.road.state(said["referral_id"]) == "received")
        return said["number"]

    def _draft(self):
        """A draft is written at the desk, at every keystroke; the flow behind the screen is the same."""
        with bootstrap.open_region(Home(self.road.region.home)) as station:
            sender = next(one for one in people(station) if one.name == SENDER)
            drafts = bootstrap.drafts(station)
            written = canary.referral(CODE)
            content = written | {"citizen": written["citizen"] | {"name": canary.DRAFTED}}
            drafts.save(drafts.begin(sender), content, sender)
        self.region("drafts", "--as", SENDER)

    def _follow(self, number):
        supplement = {"text": WRITTEN["supplement"], "how_to_reach": canary.referral(CODE)["citizen"]["how_to_reach"]}
        self.region("supplement", number, "-", "--as", SENDER, said=supplement)
        self.region("call", number, "--outcome", "promised", "--remark-file", "-", "--as", SENDER, said=WRITTEN["call"])
        self.region("due", "--as", SENDER)
        until(lambda: self.road.unit.ask("SELECT supplements FROM cases WHERE number = ?", number)[0][0])

    def _work(self, number):
        self.unit("list", "--as", WORKER)
        self.unit("show", number, "--as", WORKER)
        self.unit("acknowledge", number, "--as", WORKER)
        self.unit("assess", number, "not-acute", "--why", "-", "--as", WORKER, said=WRITTEN["assessment"])
        self.unit("contacted", number, "reached", "--remark", "-", "--as", WORKER, said=WRITTEN["contact"])
        self.unit("known", number, "--own-case", "-", "--as", WORKER, said=WRITTEN["own case"])
        told = self._file("told", WRITTEN["gp told"])
        consent = ("--consent", "spoken", "--told", told, "--waived", "-")
        self.unit("gp", number, *consent, "--as", WORKER, said=WRITTEN["gp waived"])
        note = self._file("note", canary.NOTE)
        moved = ("--note", note, "--reason", "-", "--as", WORKER)
        self.unit("forward", number, "Arbejdsmarked", *moved, said=canary.REASON)
        self.unit("show", number, "--json", "--cpr", "--as", WORKER)

    def _meet(self, number):
        proposed = self.region("meeting", "propose", number, "-", "--json", "--as", SENDER, said=meeting()).json
        key = proposed["meeting_id"]
        until(lambda: self.road.unit.ask("SELECT 1 FROM meetings WHERE meeting_id = ?", key))
        answer = ("--remark", "-", "--ics", self.folder / "own" / "meeting.ics", "--as", WORKER)
        self.unit("meeting", "answer", number, key, "declined", *answer, said=WRITTEN["meeting answer"])
        self.unit("meeting", "list", number, "--as", WORKER)
        self.region("meeting", "list", number, "--as", SENDER)
        self.region("meeting", "cancel", key, "--remark-file", "-", "--as", SENDER, said=WRITTEN["meeting off"])

    def _look(self, number):
        self.region("status", "--as", SENDER)
        self.region("status", number, "--as", SENDER)
        self.region("status", "--find", "-", "--as", SENDER, said=canary.CPR)
        self.region("status", "--find", "-", "--as", SENDER, code=3, said=canary.SOUGHT)
        self.region("journal", number, "--as", SENDER)
        self._take_out(number)
        for command, who in ((self.region, SENDER), (self.unit, WORKER)):
            command("citizen", "-", "--as", who, said=canary.CPR)
            command("citizen", "-", "--with-staff", "--json", "--as", who, said=canary.PHONE)
            command("citizen", "-", "--as", who, code=3, said=canary.SOUGHT_CPR)
            command("stats", "--as", who)

    def _take_out(self, number):
        """Take the case out as a file: printed, to a file of one's own, and as a screen saves it."""
        self.unit("export", number, "--format", "text", "--out", "-", "--as", WORKER)
        self.unit("export", number, "--format", "pdf", "--out", self.folder / "own" / "case.pdf", "--as", WORKER)
        with open_municipality(Home(self.road.unit.home)) as station:
            worker = next(one for one in people(station) if one.name == WORKER)
            case = case_store(station).find(number, worker, utc_now())
            export = export_case(station)
            export.keep(export(case.id, Form.JSON, worker, utc_now()))

    def _end(self, first, second):
        remark = ("--remark", "-", "--as", WORKER)
        self.unit("not-ours", second, "--why", "moved", *remark, said=WRITTEN["not ours"])
        self.unit("close", first, "--outcome", "housing", "--reason", "-", "--as", WORKER, said=WRITTEN["closing"])
        sample = ("--seed", "lod", "--basis", "-", "--as", WORKER)
        self.unit("sample", *sample, said=WRITTEN["basis"])
        third = self._refer("KANARIEREF-4473")
        self.region("withdraw", third, "--as", SENDER)
        until(lambda: self.road.unit.ask("SELECT withdrawn_at FROM cases WHERE number = ?", third)[0][0])

    def _err(self, number):
        """Everything that can be handed in is handed in wrong: none of it may be repeated."""
        wrong = canary.referral(CODE)
        self.region("refer", "-", "--as", SENDER, code=2, said=wrong | {"consent": wrong["consent"] | {"given": False}})
        self.region("refer", "-", "--as", SENDER, code=2, said=json.dumps(wrong)[:-40])
        self.region("refer", "-", "--as", SENDER, code=2, said=wrong | {"citizen": [wrong["citizen"]]})
        self.region("refer", "-", "--as", SENDER, code=2, said=wrong | {"submitted_at": wrong["text"]})
        self.region("supplement", number, "-", "--as", SENDER, code=2, said={"text": [WRITTEN["supplement"]]})
        self.region("meeting", "propose", number, "-", "--as", SENDER, code=2, said={"place": WRITTEN["meeting place"]})
        self.region("status", "--find", "-", "--as", SENDER, code=3, said=canary.TEXT)
        self.unit("meeting", "propose", number, "-", "--as", WORKER, code=2, said={"place": WRITTEN["meeting place"]})
        self.unit("show", number, "--as", canary.STAFF["auditor"], code=2)
        wrong_file = self._file("wrong", canary.PASSWORD + "s")
        self.unit("list", "--as", WORKER, "--password-file", wrong_file, code=2)

    def _control(self):
        auditor = canary.STAFF["auditor"]
        for command in (self.region, self.unit):
            command("audit", "verify", "--as", auditor)
            command("audit", "list", "--as", auditor)
            command("retention", "due", "--as", auditor)
            command("doctor", code=None)
        number = self.road.region.ask("SELECT number FROM referrals LIMIT 1")[0][0]
        self.region("audit", "incident", number, "--as", SENDER)
        self._judge()

    def _judge(self):
        """A sample is drawn when its month is over, so this is done by a clock that is a month ahead."""
        clocks = Clocks(utc_now, lambda: utc_now() + timedelta(days=35))
        with open_municipality(Home(self.road.unit.home), clocks) as station:
            worker = next(one for one in people(station) if one.name == WORKER)
            with act(station.database, worker, Action.JUDGE_SAMPLE, clocks.rules()) as deed:
                deed.about = ""
            with station.database.session() as session:
                samples, month = Samples(session, station.vault), Month.of(utc_now())
                [entry, *_others] = samples.draw(month, 1, worker.id, clocks.rules()).entries
                samples.judge(month, entry.seq, Judged.ASK, WRITTEN["verdict"], person_id=worker.id, now=clocks.rules())

    def _file(self, name, words):
        file = self.folder / "own" / name
        file.write_text(words, encoding="utf-8")
        return file


def people(station):
    with station.database.reading() as session:
        return station.people(session).active()


def meeting():
    """Propose a meeting, a week ahead."""
    now = utc_now()
    consent = {
        "given_by": "borgeren selv",
        "taken_by": SENDER,
        "obtained_at": now.isoformat(),
        "form": "spoken",
        "scope": WRITTEN["meeting scope"],
        "information_given": WRITTEN["meeting told"],
        "writing_waived_because": "Borgeren er i telefonen.",
    }
    return {
        "starts_at": (now + timedelta(days=7)).isoformat(),
        "ends_at": (now + timedelta(days=7, hours=1)).isoformat(),
        "place": WRITTEN["meeting place"],
        "parties": [{"role": "borgeren"}, {"role": "egen læge", "name": WRITTEN["meeting party"]}],
        "consent": consent,
    }
