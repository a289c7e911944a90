"""Our own public key as files for a web server, where mail programs look for it by the address (Web Key Directory)."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import DONE, REFUSED, Arguments, Console, signed_in
from gateway.language import gettext as _
from gateway.station import Station
from keys import wkd

_FOLDER_MODE: Final = 0o755
_FILE_MODE: Final = 0o644


def export_for_web(station: Station, arguments: Arguments, console: Console) -> int:
    """Write the directory below `arguments.wkd`, and say what becomes of it."""
    folder: Path = arguments.wkd.absolute()
    if folder.exists() and not folder.is_dir():
        console.failure("NOT_A_FOLDER", _("That is a file and not a folder."), _("Nothing was written."))
        return REFUSED
    fingerprint, address = station.fingerprint, station.unit.email
    person, now = signed_in(station, arguments), station.clocks.machine()
    with act(station.database, person, Action.EXPORT_KEY, now, fingerprint) as deed:
        files = wkd.tree({address: [station.keyring.export_public(fingerprint)]})
        _write(folder, files)
        deed.detail["files"] = len(files)
    names = sorted(map(str, files))
    advanced, direct = (wkd.path(address, method).parts[0] for method in wkd.Method)
    facts = {"fingerprint": fingerprint, "folder": str(folder), "files": names}
    console.answer(facts, *names, *_what_to_do(folder, advanced, direct))
    return DONE


def _what_to_do(folder: Path, advanced: str, direct: str) -> tuple[str, ...]:
    serve = _("Let the web server of {host} serve {folder} at its root, by HTTPS.")
    other = _("Where that host cannot be had, let {host} serve {folder}. One of the two is enough.")
    return (
        "",
        serve.format(host=advanced, folder=folder / advanced),
        other.format(host=direct, folder=folder / direct),
        _("Mail programs then find the key by the address. Its fingerprint is still compared by phone."),
        _("Run this again when the key or the address changes."),
    )


def _write(folder: Path, files: Mapping[PurePosixPath, bytes]) -> None:
    """Write what a web server may read, whatever else is kept from others here."""
    for place, content in files.items():
        for parent in reversed(place.parents):
            _make(folder / parent)
        (folder / place).write_bytes(content)
        (folder / place).chmod(_FILE_MODE)


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(_FOLDER_MODE)
