"""Invented words go through every feature of both ends; they stand where SECURITY.md says they may, nowhere else."""

import re
from contextlib import ExitStack
from pathlib import Path

import canary
import pytest
from canary_life import Life, Signed
from canary_watch import Watch
from databases import everything_in, rows_in
from journey_gate import Gate
from journey_road import Road
from journey_sites import Site, workplace
from journey_tap import Tap
from traces import Traces

SECURITY = (Path(__file__).parents[2] / "SECURITY.md").read_text("utf-8")
DATABASE = ("stafet.db", "stafet.db-wal", "stafet.db-shm")
NOTHING = set()


@pytest.fixture(scope="module")
def life():
    with ExitStack() as stack:
        folder = stack.enter_context(workplace())
        watch = stack.enter_context(Watch(folder).running())
        taps = {name: stack.enter_context(Tap().running()) for name in ("to region", "to unit")}
        gates = [Gate(folder / f"gate-{name}") for name in ("region", "unit")]
        paths = [f"{gate.folder}:{Site.path}" for gate in gates]
        road = Road(
            Signed("stafet-gateway", folder / "region", paths[0]), Signed("stafet-inbox", folder / "unit", paths[1])
        )
        stack.callback(road.end)
        lived = Life(road, folder)
        lived.set_up(taps)
        lived.live()
        lived.taps, lived.gates, lived.watch = taps, gates, watch
        yield lived


@pytest.fixture(scope="module")
def told(life):
    """Tell which kinds of words stand in some bytes."""
    kinds = canary.kinds() | {"password": life.passwords}
    kind_of = {word: kind for kind, words in kinds.items() for word in words}
    traces = Traces(kind_of)
    return lambda content: {kind_of[word] for word in traces.within(content)}


def sites(life):
    return (life.road.region, life.road.unit)


def files(life, which):
    """Join the files of both homes, each with its name, while the daemons run."""
    every = [path for site in sites(life) for path in sorted(site.home.rglob("*")) if path.is_file()]
    return b"\0".join(str(path.name).encode() + b"\0" + path.read_bytes() for path in every if which(path))


def in_database(path):
    return path.name in DATABASE


def in_exports(path):
    return path.parent.name == "exports"


def in_trail(life):
    """Write out every row of every table of the audit trail."""
    said = []
    for site in sites(life):
        said += [repr(row) for name, rows in rows_in(site.database).items() if name.startswith("audit") for row in rows]
    assert len(said) > 60
    return "\n".join(said).encode()


def by_us(life):
    """Give what could be seen of our own commands: those that were processes, and what was typed to all."""
    typed = "\0".join(word for line, _said in life.typed for word in line)
    seen = [text for program, texts in life.watch.processes.items() if program.endswith(b"python") for text in texts]
    seen = [text for text in seen if b"\0run\0" not in text]
    assert len(seen) > 4
    return typed.encode() + b"\0".join(seen)


def by_daemons(life):
    """Give what could be seen of the daemons, of GnuPG's programs, and of whatever else was started."""
    seen = [b"\0".join(site.seen) for site in sites(life)] + [gate.seen for gate in life.gates]
    others = [texts for program, texts in life.watch.processes.items() if not program.endswith(b"python")]
    assert b"--decrypt" in seen[-1]
    assert others
    return b"\0".join([*seen, *(text for texts in others for text in texts)])


def spoken(life, *, refused):
    return [(line, said) for line, said in life.typed if (said.code != 0) == refused or line[1] == "doctor"]


def errors(life):
    """Give everything that was said by a command that did not do what it was asked, and beside an answer."""
    assert len(spoken(life, refused=True)) > 10
    beside = [said.err for _line, said in life.typed]
    return "\n".join([*(said.out for _line, said in spoken(life, refused=True)), *beside]).encode()


PRINTS_PASSWORDS = (("staff", "add"), ("staff", "reset"))


def first_passwords(life):
    return "\n".join(said.out for line, said in life.typed if line[1:3] in PRINTS_PASSWORDS).encode()


def printed(life):
    done = spoken(life, refused=False)
    return "\n".join(said.out for line, said in done if line[1:3] not in PRINTS_PASSWORDS).encode()


PLACES = {
    "The wire between the sites": lambda life: b"\0".join(bytes(tap.heard) for tap in life.taps.values()),
    "The database and its logs (`stafet.db`, `-wal`, `-shm`)": lambda life: b"".join(
        everything_in(site.database) for site in sites(life)
    ),
    "The audit trail's rows": in_trail,
    "Cases saved from a screen (`exports`), for a week": lambda life: files(life, in_exports),
    "All other files of a site (settings, keys, locks)": lambda life: files(
        life, lambda path: not in_database(path) and not in_exports(path)
    ),
    "The daemon's log": lambda life: b"".join(site.log.read_bytes() for site in sites(life)),
    "Temporary files": lambda life: b"\0".join(name.encode() + b"\0" + left for name, left in life.watch.left.items()),
    "Arguments and environment of the daemon and of GnuPG": by_daemons,
    "Arguments and environment of a command": by_us,
    "Error messages and refusals": errors,
    "What a command prints to who may see it": printed,
    "What `init`, `staff add`, `staff reset` and `staff recover` print, once": first_passwords,
}


def allowed():
    """Read the table in SECURITY.md."""
    section = SECURITY.partition("## Where personal data may stand in clear")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+) \| (.+) \|$", section, re.MULTILINE)[1:]
    return {place: NOTHING if what == "nothing" else set(what.split(", ")) for place, what in rows}


def test_every_place_in_the_table_is_searched():
    assert list(allowed()) == list(PLACES)


@pytest.mark.parametrize("place", PLACES)
def test_a_place_holds_what_the_table_says_and_nothing_else(life, told, place):
    """DESIGN: at rest and at the door; C9, O21."""
    content = PLACES[place](life)

    assert told(content) == allowed()[place]


@pytest.mark.parametrize("kind", canary.kinds())
def test_one_word_of_each_kind_would_be_found(told, kind):
    for word in canary.kinds()[kind]:
        assert told(b"\0".join([bytes(range(256)), word.encode(), b"\xff"])) >= {kind}


def test_only_these_commands_print_what_is_personal(life, told):
    shown = {}
    for line, said in spoken(life, refused=False):
        kinds = told(said.out.encode()) - {"staff"}
        if kinds:
            verb = " ".join(line[1:3]) if line[1] in {"meeting", "staff", "audit"} else line[1]
            shown.setdefault(verb, set()).update(kinds)

    assert shown == {
        "staff add": {"password"},
        "staff reset": {"password"},
        "show": {"citizen", "notes"},
        "list": {"citizen"},
        "journal": {"citizen", "notes"},
        "citizen": {"citizen", "notes"},
        "meeting list": {"notes"},
        "export": {"citizen", "notes"},
    }


def test_the_words_did_go_all_the_way(life):
    """A search proves something only where there was something to find."""
    shown = next(said.out for line, said in life.typed if line[1] == "show" and "--json" in line)

    for word in (canary.NAME, canary.CPR, canary.WRITTEN["contact"], canary.WRITTEN["assessment"]):
        assert word in shown


def test_no_process_is_left_and_no_file_where_nobody_looks(life):
    assert life.watch.processes
    assert list(life.watch.temporary.iterdir()) == []


def test_exceptions_hold_nothing_personal(life):
    """Whatever went wrong in a daemon would be in its log, with a traceback."""
    for site in sites(life):
        assert b"Traceback" not in site.log.read_bytes()
