"""Find cases by what a person types: a CPR number, a phone, a referral's number, or a part of the citizen's name (E10).

Numbers are found by their keyed hashes. Names lie locked, so they are opened once and then held in memory, folded to
what is compared; a case that has changed since is opened again.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlmodel import Session, col, select

from gateway.site.cipher import Vault
from inbox_tui import signs
from inbox_tui.sight import Sight
from inbox_tui.tables import CaseRow

NUMBER: Final = re.compile(r"[0-9]{4}-[0-9]+")
MOST: Final = 1000
"""Cases a search gives at most: who finds more types more."""
_SAME: Final = str.maketrans({"æ": "ae", "ø": "oe", "ß": "ss"})


@dataclass(frozen=True)
class Sought:
    """What a search gave: the ids, and `by` what it searched: "cpr", "phone", "number" or "name"."""

    by: str
    ids: tuple[str, ...]


@dataclass
class Names:
    """Searches the cases of one site."""

    vault: Vault
    _known: dict[str, tuple[bytes, str]] = field(default_factory=dict, repr=False)

    def search(self, session: Session, sight: Sight, text: str) -> Sought:
        """Find within what a person sees; nothing but blanks finds nothing."""
        typed = text.strip()
        if not typed:
            return Sought("name", ())
        if NUMBER.fullmatch(typed):
            return Sought("number", _ids(session, sight, col(CaseRow.number).startswith(typed)))
        by_sign = signs.cases_with(session, self.vault, typed)
        if by_sign or not re.search(r"[^\W\d_]", typed):
            return Sought(signs.kind_of(typed), _ids(session, sight, col(CaseRow.id).in_(by_sign)))
        return Sought("name", self._named(session, sight, folded(typed).split()))

    def learn(self, session: Session, sight: Sight) -> None:
        """Open the names a person sees before anybody looks for one; of ten thousands that takes a moment."""
        for case_id, line in session.exec(select(CaseRow.id, CaseRow.line).where(sight)):
            self._name(case_id, line)

    def _named(self, session: Session, sight: Sight, words: Iterable[str]) -> tuple[str, ...]:
        """Give those whose name has every word in it."""
        rows = session.exec(select(CaseRow.id, CaseRow.line).where(sight).order_by(col(CaseRow.received_at).desc()))
        wanted = tuple(words)
        found = (case_id for case_id, line in rows if all(word in self._name(case_id, line) for word in wanted))
        return tuple(case_id for case_id, _place in zip(found, range(MOST), strict=False))

    def _name(self, case_id: str, line: bytes) -> str:
        held = self._known.get(case_id)
        if held is None or held[0] != line:
            held = self._known[case_id] = line, self._opened(case_id, line)
        return held[1]

    def _opened(self, case_id: str, line: bytes) -> str:
        if not line:
            return ""
        name = json.loads(self.vault.open(line, f"case:{case_id}:line"))["citizen"]
        return folded(name or "")


def folded(name: str) -> str:
    """Reduce a name to what is compared: capitals, accents, å or aa, æ or ae, ø or oe do not count."""
    written = unicodedata.normalize("NFC", name).casefold().replace("å", "aa").translate(_SAME)
    plain = unicodedata.normalize("NFKD", written)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _ids(session: Session, sight: Sight, wanted: Sight) -> tuple[str, ...]:
    newest = select(CaseRow.id).where(sight, wanted).order_by(col(CaseRow.received_at).desc())
    return tuple(session.exec(newest.limit(MOST)))
