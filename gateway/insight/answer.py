"""All that a site holds about one citizen who asks for it, as JSON values and as a Danish text to give them (O21, S32).

What is in the text is in the values: the one is written from the other, after the names of staff are taken out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session

from gateway.audit.read import entries, extract
from gateway.audit.trail import DONE
from gateway.insight.words import LABELS, WORDS, Words
from gateway.language import danish as _
from gateway.site.cipher import Vault
from gateway.site.people import People
from gateway.wire.text_lines import day, fact, indented, moment, section

NOT_STAFF: Final = frozenset({"given_by", "known_by", "found_by"})
"""What ends as a person at work does, and is none."""
OPEN_LISTS: Final = frozenset({"residence", "caller", "problem_types"})
"""What is chosen from a list of words that may grow: "egen_bolig" is read as "egen bolig" (A6)."""
LOG: Final = "log"
LONG: Final = 80
"""Characters of a text that still stand on the line of its label."""


@dataclass(frozen=True)
class Insight:
    """What was found. `by` is what it was looked up by; `abouts` are the ids the audit trail knows it under."""

    by: str
    abouts: tuple[str, ...]
    facts: Mapping[str, Any] = field(repr=False)
    text: str = field(repr=False)


def log_of(session: Session, vault: Vault, abouts: Collection[str], *, with_staff: bool) -> list[dict[str, Any]]:
    """Give the log extract: what was done, when, to what end and how it went; by whom only if that is asked for."""
    if not with_staff:
        return [
            {"at": line.at.isoformat(), "action": line.action, "purpose": line.purpose, "outcome": line.outcome}
            for line in extract(session, abouts)
        ]
    people = People(session, vault)
    return [
        {
            "at": entry.at.isoformat(),
            "action": entry.action,
            "purpose": entry.purpose,
            "outcome": entry.outcome,
            "done_by": person.name if (person := people.with_id(entry.person_id)) else entry.person_id,
        }
        for entry in entries(session, about=abouts)
    ]


def without_staff(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Leave out who at work did something: every value named so (written_by, taken_by …), and a sender's name."""
    if isinstance(value, Mapping):
        return {name: without_staff(held) for name, held in _unnamed(value).items()}
    return [without_staff(held) for held in value] if isinstance(value, (list, tuple)) else value


def _unnamed(said: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: held for name, held in said.items() if not name.endswith("_by") or name in NOT_STAFF}
    if isinstance(sender := kept.get("sender"), Mapping):
        kept["sender"] = {name: held for name, held in sender.items() if name != "name"}
    return kept


@dataclass(frozen=True)
class Writer:
    """Writes the values as a text, always in Danish. `unit` and `phone` are whom the citizen may ask.

    `labels` name a value, and `words` say a code of that name; what one end has of its own is added to what both have.
    """

    unit: str
    phone: str
    labels: Mapping[str, str] = field(default_factory=dict)
    words: Words = field(default_factory=dict)

    def __call__(self, facts: Mapping[str, Any], at: datetime) -> str:
        """Write everything, each thing under a heading of its own."""
        title = _("What {unit} holds about you").format(unit=self.unit)
        intro = _(
            "This is everything {unit} has registered about you on {when}. Most of it is what was passed on with your "
            "consent. At the end stands what was done with it: when, and to what end."
        ).format(unit=self.unit, when=moment(at))
        outro = _("Is something wrong, or do you have a question? Phone {unit}, {phone}.").format(
            unit=self.unit, phone=self.phone
        )
        parts = [line for name, items in facts.items() for line in self._part(name, items)]
        return "\n".join([title, "=" * len(title), "", intro, *parts, "", outro])

    def label(self, name: str) -> str:
        """Name a value; one that has no name yet is called as it is."""
        found = {**LABELS, **self.labels}.get(name)
        return _(found) if found else name

    def _part(self, name: str, items: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        if name == LOG:
            yield from section(self.label(name), map(self._logged, items))
            return
        for item in items:
            rest = {called: value for called, value in item.items() if called != "number"}
            yield from section(f"{self.label(name)} {item.get('number', '')}".strip(), self._lines(rest))

    def _logged(self, entry: Mapping[str, Any]) -> str | None:
        told = [self._word("action", entry["action"]), self._word("purpose", entry["purpose"])]
        told += [entry["done_by"]] if "done_by" in entry else []
        told += [self._word("outcome", entry["outcome"])] if entry["outcome"] != DONE else []
        return fact(moment(datetime.fromisoformat(entry["at"])), ", ".join(told))

    def _lines(self, said: Mapping[str, Any]) -> Iterator[str]:
        for name, value in said.items():
            yield from self._line(name, value)

    def _line(self, name: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
        label = self.label(name)
        if isinstance(value, Mapping) and "at" in value:
            yield from self._moment(label, value)
        elif isinstance(value, Mapping):
            yield f"{label}:"
            yield from (f"  {line}" for part in self._lines(value) for line in part.split("\n"))
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for one in value:
                yield from self._line(name, one)
        elif isinstance(value, str) and (len(value) > LONG or "\n" in value):
            yield f"{label}:\n{indented(value)}"
        elif (line := fact(label, self._shown(name, value))) is not None:
            yield line

    def _moment(self, label: str, said: Mapping[str, Any]) -> Iterator[str]:
        """Write something that happened on one line."""
        told = [self._shown(name, value) for name, value in said.items() if name != "at"]
        when = self._shown("at", said["at"])
        yield fact(f"{label}, {when}", ", ".join(filter(None, told))) or ""

    def _shown(self, name: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
        if value is None:
            return ""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return ", ".join(self._word(name, one) for one in value)
        if name == "at" or name.endswith("_at"):
            return moment(datetime.fromisoformat(value))
        if name.endswith("_date"):
            return day(date.fromisoformat(value))
        return self._word(name, value)

    def _word(self, name: str, value: object) -> str:
        """Say a code in words; what a person wrote is said as it is."""
        found = {**WORDS.get(name, {}), **self.words.get(name, {})}.get(str(value))
        if found:
            return _(found)
        return str(value).replace("_", " ") if name in OPEN_LISTS else str(value)
