"""The demo as it is started: with a terminal it opens the inbox, without one it plays the road and prints it."""

import signal
import tempfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from gateway.commands.console import DONE, OUT_OF_REACH, REFUSED, Console
from gateway.language import gettext as _
from gateway.site.log import start_log
from gateway.site.settings import LogSettings
from inbox_tui.demo.headless import NotReferrals, Referrals, play, read_referrals, told
from inbox_tui.demo.journey import JourneyStopped
from inbox_tui.demo.town import password_told

OWN: Final = "referrals.json"
LOG: Final = "stafet.log"


def show(console: Console, *, referrals: Path | None, keep: Path | None, headless: bool, desk: bool = False) -> int:
    """Show the demo; the exit code is 0 whatever the rules refused, 2 when the file cannot be read as referrals."""
    try:
        entries = _entries(referrals)
    except (NotReferrals, OSError):
        console.failure("NOT_REFERRALS", _('The file cannot be read as referrals: {"referrals": [{"id", "input"}]}.'))
        return REFUSED
    folder = keep.expanduser().resolve() if keep else Path(tempfile.mkdtemp(prefix="stafet-demo-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        console.failure("NOT_A_FOLDER", _("--keep must name a folder that you may write in."))
        return REFUSED
    # To be ended is to end as with Ctrl+C: daemons stopped, folders moved. The log never goes onto the screen.
    signal.signal(signal.SIGTERM, lambda *_signal: signal.raise_signal(signal.SIGINT))
    try:
        with (folder / LOG).open("w") as file:
            start_log(LogSettings(), into=file)
            return (
                _headless(console, entries, folder)
                if headless or not console.at_terminal()
                else _at_terminal(console, entries, folder, desk=desk)
            )
    except JourneyStopped as stopped:
        stuck = _("A referral did not get through: {where}. Everything so far lies in {folder}.")
        console.failure("JOURNEY_STOPPED", stuck.format(where=stopped, folder=folder))
        return OUT_OF_REACH


def _at_terminal(console: Console, entries: Referrals, folder: Path, *, desk: bool) -> int:
    from inbox_tui.demo.interactive import interactive  # noqa: PLC0415 - the headless road needs no Textual

    return interactive(console, entries, folder, desk=desk)


def _headless(console: Console, entries: Referrals, folder: Path) -> int:
    journeys = play(entries, folder)
    kept = _("Everything lies in {folder}: the sites under sites, every letter as it crossed under wire.")
    facts = {"referrals": [journey.as_json() for journey in journeys]}
    console.answer(facts, *told(journeys), "", kept.format(folder=folder), password_told())
    return DONE


def _entries(path: Path | None) -> Referrals:
    if path is not None:
        return read_referrals(path)
    with as_file(files("inbox_tui.demo").joinpath(OWN)) as own:
        return read_referrals(own)
