"""A case taken out as a file: who may open it may, it is noted in which form, and never what it said (E11).

What a screen saves on this machine lies in the site's own folder, for its account alone, and is erased after a week:
it holds the CPR number, and is a copy of what is kept in the database.
"""

import enum
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

from directory.book import AddressBook
from directory.model import REGION
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.medcom.message import Lack, Message, Party
from gateway.site.home import write_private
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import MedComSettings
from gateway.terminal.plain import plain
from gateway.wire.letters import new_id
from inbox_tui.casework.case import Case
from inbox_tui.casework.errors import NotSaved
from inbox_tui.export import medcom
from inbox_tui.export.facts import Stamp, document
from inbox_tui.export.paper import paper
from inbox_tui.export.text import as_text
from inbox_tui.store import CaseStore

KEPT: Final = timedelta(days=7)
"""How long a file that was saved from a screen lies in the site's folder."""


class Form(enum.StrEnum):
    """What a case can be saved as."""

    PDF = "pdf"
    """To print or to file: whose it is stands on every sheet."""
    TEXT = "text"
    """To read, or to paste into another system."""
    JSON = "json"
    """For a case system to take in; the fields are documented."""
    MEDCOM = "medcom"
    """A FHIR message in the shape of MedCom's CareCommunication."""


ENDINGS: Final[Mapping[Form, str]] = {Form.PDF: "pdf", Form.TEXT: "txt", Form.JSON: "json", Form.MEDCOM: "medcom.json"}
TYPES: Final[Mapping[Form, str]] = {
    Form.PDF: "application/pdf",
    Form.TEXT: "text/plain",
    Form.JSON: "application/json",
    Form.MEDCOM: "application/fhir+json",
}


@dataclass(frozen=True)
class Exported:
    """A case as a file. Its name is the referral's number, and nothing else.

    `lacks` is what must be seen to before a MedCom message may be sent.
    """

    name: str
    content: bytes = field(repr=False)
    form: Form
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True)
class ExportCase:
    """Takes a case out, and saves it in `folder` when somebody wants it there; `ours` is what MedCom knows us by."""

    store: CaseStore
    folder: Path
    ours: MedComSettings = field(default_factory=MedComSettings)

    def __call__(self, case_id: str, form: Form, person: Person, now: datetime) -> Exported:
        """Write a case as a file. `now` is the rules' time.

        Raises CaseNotFound, MayNot or PersonGone; and for a MedCom message ConsentWithdrawn (O10) or MedComError.
        """
        told: Message | None = None
        unit = self.store.unit()
        with self.store.doing(case_id, person, Action.EXPORT_CASE, now, format=form.value) as cases:
            case = cases.known(case_id)
            if form is Form.MEDCOM:
                region = AddressBook(cases.session).contact(REGION)
                told = medcom.told(case, region, Party.known_as(unit, self.ours), now)
        if told:
            return Exported(name_of(case, form), _as_fhir(told, now), form, medcom.lacks(case, told))
        return Exported(name_of(case, form), WRITE[form](case, Stamp(person.name, unit.unit_name, now)), form)

    def keep(self, exported: Exported) -> Path:
        """Save it in the folder, for its owner alone and never over another file; tell where. Raises NotSaved."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            return next(path for path in _names(self.folder / exported.name) if _written(path, exported.content))
        except OSError:
            raise NotSaved from None


def name_of(case: Case, form: Form) -> str:
    """Name the file after the referral's number."""
    return f"{case.number or case.id}.{ENDINGS[form]}"


def _names(wanted: Path) -> Iterator[Path]:
    """Give the name wanted, then the same with a number after it."""
    yield wanted
    yield from (wanted.with_stem(f"{wanted.stem}-{number}") for number in count(2))


def _written(path: Path, content: bytes) -> bool:
    try:
        write_private(path, content)
    except FileExistsError:
        return False
    return True


def _as_pdf(case: Case, stamp: Stamp) -> bytes:
    from inbox_tui.export.pdf import as_pdf  # noqa: PLC0415 - the library is loaded for this alone

    return as_pdf(paper(case, stamp), stamp)


def _as_json(case: Case, stamp: Stamp) -> bytes:
    """Write the document; what a terminal would act on is escaped, so that the file can be looked at anywhere."""
    written = json.dumps(document(case, stamp), ensure_ascii=False, indent=2)
    return "".join(one if one.isascii() or plain(one) == one else json.dumps(one)[1:-1] for one in written).encode()


def _as_fhir(told: Message, now: datetime) -> bytes:
    from gateway.medcom.fhir import as_fhir  # noqa: PLC0415 - the library is loaded for this alone

    return as_fhir(told, new_id(), now)


WRITE: Final[Mapping[Form, Callable[[Case, Stamp], bytes]]] = {
    Form.PDF: _as_pdf,
    Form.TEXT: lambda case, stamp: as_text(paper(case, stamp)).encode(),
    Form.JSON: _as_json,
}


@dataclass(frozen=True)
class ClearExports:
    """Erases what was saved from a screen a week ago: the daemon's chore. `clock` is the machine's."""

    folder: Path
    sessions: Sessions
    clock: Clock

    def tick(self) -> int:
        """Erase what has lain there long enough, and note how much; it is nothing to be sent."""
        if old := [path for path in _files(self.folder) if self._is_old(path)]:
            with self.sessions.session() as session:
                detail: dict[str, str | int] = {"what": "exports", "days": KEPT.days, "count": len(old)}
                noted_by_daemon(session, Action.ERASE, self.clock(), detail=detail)
                for path in old:
                    path.unlink(missing_ok=True)
        return 0

    def _is_old(self, path: Path) -> bool:
        return self.clock() - datetime.fromtimestamp(path.lstat().st_mtime, UTC) >= KEPT


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.is_dir()) if folder.is_dir() else []
