"""A referral («henvendelse») as its sender wrote it: the shape that `refer` takes and the payload carries.

Only the shape is judged here: types, bounds, moments with a zone. Whether it may be sent is for `gateway.referring`, so
what is missing is "not given" and "not answered" rather than an error. Lists of words (residence, caller, problem
types, form, gender) are open (A6): an unknown word is shown as written. Unknown fields are ignored (E20).
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, NoReturn, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

LARGEST: Final = 256 * 1024
"""What is handed in, in bytes."""
LARGEST_READ: Final = 2 * LARGEST
"""An object already read: what was let in at one end, written out in full, must be let in at the other."""
DEEPEST: Final = 32
EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2200
BYTE_ORDER_MARK: Final = "\ufeff"

Line = Annotated[str, Field(max_length=500)]
Prose = Annotated[str, Field(max_length=20_000)]
Count = Annotated[int, Field(ge=0, le=100_000)]


def _moment(value: object) -> object:
    """Read ISO 8601 only: a bare number would pass for seconds since 1970."""
    if isinstance(value, datetime):
        return _plausible(value)
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004 - pydantic turns a ValueError into its own report
    return _plausible(datetime.fromisoformat(value))


def _plausible(moment: datetime) -> datetime:
    """Refuse a year that no calendar sum survives."""
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ValueError
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]


class MalformedReferral(Exception):
    """What was handed in cannot be read as a referral. `paths` names the fields and what is wrong, never a value."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(", ".join(paths))
        self.paths = paths


class Origin(StrEnum):
    """Where the citizen was met (B1)."""

    AMK_CALL = "amk_call"
    """A call to the emergency medical coordination centre."""

    AMBULANCE_ON_SCENE = "ambulance_on_scene"
    """An ambulance crew found, after arriving, that the problem is a social one."""


class ReReferralKind(StrEnum):
    """Why a citizen is referred again (section F)."""

    ONGOING = "ongoing"
    """The citizen went on calling («ringer fortsat»)."""

    RELAPSE = "relapse"
    """The citizen had stopped and began again («begyndt igen»)."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)


class Sender(_Part):
    """Who wrote the referral, and where the municipality can ring back."""

    name: Line
    role: Line | None = None
    unit: Line | None = None
    phone: Line | None = None


class Citizen(_Part):
    """Whom it is about. Everything is optional but what the rules ask for; everything stays as written."""

    name: Line | None = None
    gender: Line | None = None
    cpr: Line | None = None
    approx_age: Annotated[int, Field(ge=0, le=150)] | None = None
    phone: Line | None = None
    address: Line | None = None
    residence: Line | None = None
    home_municipality_code: Line | None = None
    home_municipality_text: Line | None = None
    how_to_reach: Line | None = None
    address_protected: bool = False
    safety_note: Line | None = None
    interpreter: Line | None = None


class Consent(_Part):
    """What the citizen said yes to, and what they were told (C1, C2). Nothing given unless it says so."""

    given: bool | None = None
    form: Line | None = None
    obtained_at: Moment | None = None
    obtained_by: Line | None = None
    given_by: Line | None = None
    scope: Prose | None = None
    information_given: Prose | None = None
    journal_ref: Line | None = None
    writing_waived_because: Line | None = None
    """Why a spoken consent was not written down (the agreement's page 3)."""
    for_municipality: Line | None = None
    """The code of the municipality the citizen was told of; a consent counts for no other (C1)."""
    remark: Line | None = None
    """Anything about how the consent was given that the reader should know (O12)."""


class Screening(_Part):
    """The questions asked every time (B5). None is "not asked" or "ved ikke", and clears nobody (B4)."""

    acute_somatic: bool | None = None
    suicidal_thoughts: bool | None = None
    distances_from_thoughts: bool | None = None


class ReReferral(_Part):
    """Which earlier referral this one follows, by the sender's own reference or the letter's id, and why."""

    previous_id: Line
    kind: ReReferralKind
    reason: Prose | None = None


class Referral(_Part):
    """One referral. `text` is kept to the byte (E18)."""

    reference: Line | None = None
    origin: Origin
    submitted_at: Moment | None = None
    sender: Sender
    caller: Line | None = None
    citizen: Citizen
    consent: Consent = Consent()
    screening: Screening = Screening()
    problem_types: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    text: Prose = ""
    urgency_remark: Prose | None = None
    calls_today: Count | None = None
    calls_last_30_days: Count | None = None
    re_referral: ReReferral | None = None
    children_in_home: bool = False
    anew_of: Annotated[Line | None, Field(exclude=True)] = None
    """The referral that another municipality answered «ikke vores borger»; the region's alone, never sent (O7)."""
    intoxicated: bool = False
    """The citizen seemed under the influence. Noted, never a reason to refuse (A8)."""
    seen_by: Line | None = None
    called_from: Line | None = None
    """Where the call came from, when that is not where the citizen lives (B2)."""
    known_by: Line | None = None
    """Who knows the citizen already: a contact person, a place to stay, a general practitioner (G10)."""

    @classmethod
    def parse(cls, raw: bytes | str | Mapping[str, Any]) -> Self:
        """Read a referral from JSON, or from an object already read.

        Raises MalformedReferral, and nothing else, whatever `raw` holds.
        """
        try:
            return cls.model_validate_json(_clean(raw))
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            paths = tuple(f"{'.'.join(map(str, e['loc'])) or '$'}: {e['type']}" for e in found)
        raise MalformedReferral(paths)

    def as_json(self) -> dict[str, Any]:
        """Write the referral as plain JSON values; `parse` reads it back as an equal one."""
        return self.model_dump(mode="json")

    def submitted(self, now: datetime) -> Self:
        """Fill in when it was submitted, if the sender did not say."""
        return self if self.submitted_at else self.model_copy(update={"submitted_at": now})


def says_something(text: str | None) -> bool:
    """Tell whether there is anything to see: spaces and invisible characters say nothing."""
    return any(unicodedata.category(character)[0] not in "CZ" for character in text or "")


def _clean(raw: bytes | str | Mapping[str, Any]) -> bytes:
    """Read JSON more strictly than the library does, and write it in one way for the model to check."""
    try:
        text = json.dumps(dict(raw), ensure_ascii=False) if isinstance(raw, Mapping) else raw
        if len(text) > (LARGEST_READ if isinstance(raw, Mapping) else LARGEST):
            _malformed("too_large")
        plain = text.decode() if isinstance(text, bytes) else text
        tree = json.loads(plain.removeprefix(BYTE_ORDER_MARK), object_pairs_hook=_object, parse_constant=_not_finite)
        if any(depth > DEEPEST for depth in _depths(tree)):
            _malformed("too_deep")
        return json.dumps(tree, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeError:
        _malformed("not_utf8")
    except RecursionError:
        _malformed("too_deep")
    except (TypeError, ValueError):
        _malformed("not_json")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key written twice, and read null as "not said"."""
    if len(dict(pairs)) < len(pairs):
        _malformed("key_twice")
    return {key: value for key, value in pairs if value is not None}


def _not_finite(_constant: str) -> NoReturn:
    _malformed("not_finite")


def _depths(tree: object) -> Iterator[int]:
    """Walk the tree without recursion, naming each node's depth."""
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield depth
        inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting.extend((child, depth + 1) for child in inside)


def _malformed(why: str) -> NoReturn:
    raise MalformedReferral((f"$: {why}",)) from None
