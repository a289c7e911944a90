"""What stands in a referral that is being written, by path: «citizen.cpr». Pure: no content is ever changed."""

import enum
from collections.abc import Mapping
from typing import Any, Final

from gateway.referring import screening
from gateway.referring.refusals import Reason, Refused
from gateway.wire.referral import Screening, says_something

Content = Mapping[str, Any]


class Place(enum.IntEnum):
    """The four steps of writing a referral, in their order."""

    SCREENING = 1
    """Is it acute? (B3, B4)"""
    MUNICIPALITY = 2
    """Where does the citizen live? (D15)"""
    CONSENT = 3
    """What the citizen is told, and says yes to (C1)."""
    DETAILS = 4
    """The rest, and sending."""


class Answer(enum.StrEnum):
    """What is answered to a screening question."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """«Ved ikke»: it clears nobody (B4)."""


class Question(enum.StrEnum):
    """The screening's questions, as the referral names them."""

    ACUTE = "acute_somatic"
    SUICIDAL = "suicidal_thoughts"
    DISTANCE = "distances_from_thoughts"


CLEAR: Final[Mapping[Question, bool]] = {Question.ACUTE: False, Question.SUICIDAL: False, Question.DISTANCE: True}
"""The answers that let one go on."""


def get(content: Content, path: str) -> Any:  # noqa: ANN401 - whatever JSON holds there
    """Read what stands at `path`; None when nothing does."""
    here: Any = content
    for name in path.split("."):
        here = here.get(name) if isinstance(here, Mapping) else None
    return here


def text(content: Content, path: str) -> str:
    """Read what stands at `path` as text to edit."""
    value = get(content, path)
    return "" if value is None else str(value)


def put(content: Content, path: str, value: object) -> dict[str, Any]:
    """Give the content with `value` at `path`; nothing («», None, False, no items) takes the name away."""
    name, _dot, rest = path.partition(".")
    inside = content.get(name)
    new = put(inside if isinstance(inside, Mapping) else {}, rest, value) if rest else value
    changed = {key: old for key, old in content.items() if key != name}
    return {**changed, name: new} if new or (new == 0 and new is not False) else changed


def answer(content: Content, question: Question, said: Answer) -> dict[str, Any]:
    """Note an answer. No thoughts of suicide: then there is nothing to distance oneself from."""
    asked = {**_asked(content), question: said}
    screened = {**(content.get("screening") or {}), question: _known(said, clear=False)}
    if question is Question.SUICIDAL and said is not Answer.YES:
        asked.pop(Question.DISTANCE, None)
        screened[Question.DISTANCE] = None
    noted = put(content, "desk.asked", {str(key): str(one) for key, one in asked.items()})
    return {**noted, "screening": {str(key): one for key, one in screened.items()}}


def answered(content: Content, question: Question) -> Answer | None:
    """Tell what was answered; None when the question was not asked yet."""
    said = _asked(content).get(question)
    return Answer(said) if said else None


def questions(content: Content) -> tuple[Question, ...]:
    """List the questions to ask: the last one only of somebody who has thoughts of suicide (B4)."""
    further = (Question.DISTANCE,) if answered(content, Question.SUICIDAL) is Answer.YES else ()
    return (Question.ACUTE, Question.SUICIDAL, *further)


def stopped(content: Content) -> Reason | None:
    """Tell why this may not go on, as soon as an answer says so (B3, B4); None while nothing speaks against it."""
    said = {str(question): _known(answered(content, question), clear=CLEAR[question]) for question in Question}
    try:
        screening.check(Screening(**said))
    except Refused as refusal:
        return refusal.reason
    return None


def to_correct(content: Content) -> Question:
    """Tell which question stands in the way: where one goes to correct an answer that stops."""
    acute = answered(content, Question.ACUTE) in (Answer.YES, Answer.UNKNOWN)
    return Question.ACUTE if acute else questions(content)[-1]


def _known(said: Answer | None, *, clear: bool) -> bool | None:
    """Read an answer as the rules do; one that was not asked for yet speaks against nothing."""
    return clear if said is None else {Answer.YES: True, Answer.NO: False}.get(said)


def _asked(content: Content) -> dict[str, str]:
    return dict(get(content, "desk.asked") or {})


def cleared(content: Content) -> bool:
    """Tell whether every question was answered, nothing is acute, and it is said how contact came about (A5)."""
    everything = all(answered(content, question) for question in questions(content))
    return everything and stopped(content) is None and bool(content.get("origin"))


def referred_before(content: Content) -> bool:
    """Tell whether an earlier referral of this citizen stands, which a «nej tak» to this one does not undo."""
    return bool(content.get("anew_of") or content.get("re_referral"))


def consented(content: Content) -> bool:
    """Tell whether a yes stands in it."""
    return get(content, "consent.given") is True


def place(content: Content) -> Place:
    """Tell which step comes next."""
    if not cleared(content):
        return Place.SCREENING
    if not get(content, "citizen.home_municipality_code"):
        return Place.MUNICIPALITY
    return Place.DETAILS if consented(content) else Place.CONSENT


def says_anything(content: Content) -> bool:
    """Tell whether anything about the citizen or what happened is written."""
    written = (get(content, "citizen") or {}).items()
    words = [value for name, value in written if isinstance(value, str) and not name.startswith("home_")]
    return any(map(says_something, (*words, text(content, "text"))))
