"""Enter a party's key from the file they sent: what is in it is shown, and a colleague compares it by phone."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from gateway.contacts.model import Change, Wanted
from gateway.keeping import commands, words
from gateway.keeping.fields import LineField, Typed
from gateway.keeping.fingerprint import FingerprintView
from gateway.keeping.guide import Guide, aside, lead, why
from gateway.keeping.ports import Keeper
from gateway.keeping.refusals import by_code
from gateway.language import gettext as _
from gateway.site.errors import FileUnreadable
from gateway.terminal.commands import Command, bindings
from keys.errors import KeysError
from keys.keyring import KeyInfo, inspect_public

LARGEST: Final = 1_000_000
"""Octets of a file that may hold a public key."""
NAME_IT, ENTER_IT = range(2)


class KeyForm(Guide[Change]):
    """Two steps: the file, and what stands in it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.SAVE)

    def __init__(self, keeper: Keeper, party: str) -> None:
        super().__init__(keeper)
        self._party, self._path = party, ""
        self._certificate, self._key = b"", None

    _key: KeyInfo | None

    def steps(self) -> tuple[str, ...]:
        """Name the two steps."""
        return (_("The file"), _("The key in it"))

    def subject(self) -> str:
        """Say whose key."""
        return words.SEPARATOR.join((words.party(self._party), _("New key")))

    def keys(self) -> tuple[Command, ...]:
        """Name the keys of this step."""
        return (commands.NEXT if self.at == NAME_IT else commands.SAVE, commands.BACK, commands.HELP)

    def body(self) -> Iterable[Widget]:
        """Lay this step out."""
        return self._file() if self.at == NAME_IT or self._key is None else self._read(self._key)

    def on_typed(self, event: Typed) -> None:
        """Keep the file's name."""
        self._path = event.value

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Read the file."""
        self.action_next()

    def action_next(self) -> None:
        """Read the file, and show what key is in it."""
        if self.at == NAME_IT:
            self.look(self._look, "act")

    def action_save(self) -> None:
        """Enter the key; it holds when a colleague has compared it."""
        if self.at == ENTER_IT:
            self.look(self._enter, "act")

    def _file(self) -> Iterable[Widget]:
        yield lead(_("In which file is their key?"))
        yield LineField("file", _("File"), self._path, _("The whole name, like /home/mette/randers.asc"))
        yield why(_("It is the file that they have written with keys export. It holds nothing secret."))

    def _read(self, key: KeyInfo) -> Iterable[Widget]:
        yield lead(_("This is the key in the file."))
        yield FingerprintView(key.fingerprint)
        yield why(_("Ctrl+S enters it. Nothing is sealed to it before a colleague has compared it with them by phone."))
        yield aside(_("A file can be exchanged on its way. A voice you know on a number you know cannot so easily."))

    async def _look(self) -> None:
        read = await self.ask(self._read_file)
        if isinstance(read, str):
            self.query_one(LineField).complain(read)
        elif read is not None:
            self._certificate, self._key = read
            self.go(ENTER_IT)

    def _read_file(self) -> tuple[bytes, KeyInfo] | str:
        """Read the key; what is wrong with the file is said beside its name."""
        try:
            with Path(self._path.strip()).expanduser().open("rb") as file:
                certificate = file.read(LARGEST)
            return certificate, inspect_public(certificate)
        except (OSError, ValueError, RuntimeError):
            return by_code(FileUnreadable.code)
        except KeysError as refused:
            return by_code(refused.code)

    async def _enter(self) -> None:
        if self._key is None:
            return
        wanted = Wanted(self._party, None, self._certificate, self._key.fingerprint)
        change = await self.ask(self.keeper.changes.propose, wanted, self.keeper.person)
        if change:
            self.dismiss(change)
