"""The fields of the last step: what they are called, what helps with them, what is wrong with what was typed. Pure.

There is none for a department, an offer or how urgent the municipality should find it (B7).
"""

from datetime import date
from typing import Any, Final

from directory import phone
from directory.errors import BadPhone
from gateway.desk.content import Content, get, put
from gateway.desk.widgets.fields import Spec
from gateway.language import gettext as _
from gateway.language import mark
from gateway.referring.refusals import InvalidNumber, Reason
from gateway.wire.cpr import InvalidCpr, identify

CPR: Final = Spec(
    "citizen.cpr",
    mark("CPR number"),
    mark("May stay empty: a number can follow later. The last four digits are never shown in lists."),
    mark("DDMMYY-LLLL, or empty"),
)
NAME: Final = Spec("citizen.name", mark("Name"), mark("As the citizen says it. May stay empty."))
PHONE: Final = Spec(
    "citizen.phone",
    mark("Phone"),
    mark("Where the municipality can ring the citizen. Phone, address or a place: at least one of them."),
)
REACH: Final = Spec(
    "citizen.how_to_reach",
    mark("How the citizen wants to be contacted"),
    mark("In the citizen's own words: who, when, how, and what not to do. It is read first. A usual place counts too."),
)
TEXT: Final = Spec(
    "text",
    mark("What happened"),
    mark(
        "What you saw and heard, and what the citizen would like. Do not paste from the journal. Promise no help, "
        "offer or deadline on the municipality's behalf. Tab goes on."
    ),
)
PROBLEMS: Final = Spec(
    "problem_types",
    mark("It is about"),
    mark("The number keys choose, one or several. 8 opens a line for other words."),
)
OTHER: Final = Spec("desk.other_problem", mark("Other"), mark("In a few plain words; no diagnosis."))
AGAIN: Final = Spec(
    "re_referral.reason",
    mark("Why again"),
    mark("What shows that the help does not work (any longer): calls since then; when they stopped and began again."),
)

ADDRESS: Final = Spec("citizen.address", mark("Address"), mark("May stay empty, also when it is protected."))
RESIDENCE: Final = Spec("citizen.residence", mark("Lives"), mark("The number keys choose one."))
CALLER: Final = Spec("caller", mark("Who called"), mark("Whoever called, the consent is the citizen's own."))
SEEN_BY: Final = Spec(
    "seen_by", mark("Seen by"), mark("Who in the crew saw it, and their role: the municipality may want to ask them.")
)
CALLED_FROM: Final = Spec(
    "called_from", mark("Called from"), mark("The place or the municipality, when that is not where the citizen lives.")
)
AGE: Final = Spec("citizen.approx_age", mark("Age, about"), mark("When there is no CPR number. A number of years."))
SAFETY: Final = Spec(
    "citizen.safety_note",
    mark("Staff safety"),
    mark(
        "Behaviour that those who come should know of, and what helps. No convictions, no police matters, no rumours."
    ),
)
INTERPRETER: Final = Spec("citizen.interpreter", mark("Interpreter"), mark("The language, if one is needed."))
FLAGS: Final = Spec(
    "desk.flags", mark("Also"), mark("Children: notifying (underretning) is a duty of its own and is not done here.")
)
URGENCY: Final = Spec(
    "urgency_remark",
    mark("Remark on urgency"),
    mark("Why it cannot wait. The municipality decides how urgent it is. Phone the unit as well: you get its number."),
)
CALLS_TODAY: Final = Spec("calls_today", mark("Calls today"), mark("As far as you can see. A number."))
CALLS_MONTH: Final = Spec("calls_last_30_days", mark("Calls in 30 days"), mark("As far as you can see. A number."))
KNOWN_BY: Final = Spec("known_by", mark("Known by"), mark("Who knows the citizen already: a contact person, a place."))
JOURNAL: Final = Spec(
    "consent.journal_ref", mark("Journal reference"), mark("Where the consent stands in your journal.")
)

COUNTS: Final = frozenset({CALLS_TODAY.path, CALLS_MONTH.path, AGE.path})
DIGITS: Final = 10

OTHER_CODE: Final = "andet"
PROBLEM_TYPES: Final = (
    ("ensomhed", mark("loneliness")),
    ("psykisk", mark("mental distress")),
    ("misbrug", mark("alcohol or drugs")),
    ("bolig", mark("housing")),
    ("økonomi", mark("money")),
    ("social", mark("social life or family")),
    ("vold", mark("violence")),
    (OTHER_CODE, mark("something else")),
)
RESIDENCES: Final = (
    ("egen_bolig", mark("own home")),
    ("botilbud", mark("supported housing")),
    ("forsorgshjem", mark("care home for the homeless")),
    ("herberg", mark("shelter")),
    ("hjemløs", mark("homeless")),
    ("midlertidigt_hos_andre", mark("with others for a time")),
    ("ukendt", mark("not known")),
)
CALLERS: Final = (
    ("borgeren", mark("the citizen")),
    ("pårørende", mark("a relative")),
    ("forbipasserende", mark("a passer-by")),
    ("andre", mark("others")),
)
FLAG_PATHS: Final = {
    "children": "children_in_home",
    "protected": "citizen.address_protected",
    "intoxicated": "intoxicated",
}
FLAG_WORDS: Final = (
    ("children", mark("children in the home")),
    ("protected", mark("protected name and address")),
    ("intoxicated", mark("seems under the influence")),
)

FIELD_OF: Final = {
    Reason.INVALID_CPR: CPR.path,
    Reason.MINOR: CPR.path,
    Reason.NOT_REACHABLE: PHONE.path,
    Reason.TEXT_MISSING: TEXT.path,
    Reason.PROBLEM_NOT_STATED: PROBLEMS.path,
}
"""Where to go on after a refusal."""


def edited(content: Content, path: str, value: object) -> dict[str, Any]:
    """Put what was typed or chosen in a field where the referral has it."""
    if path == PROBLEMS.path:
        return _with_problems(content, tuple(value) if isinstance(value, tuple) else (), _other(content))
    if path == OTHER.path:
        return _with_problems(content, problems(content), str(value))
    if path == FLAGS.path:
        for flag, place in FLAG_PATHS.items():
            content = put(content, place, flag in value if isinstance(value, tuple) else False)
        return dict(content)
    if path in (RESIDENCE.path, CALLER.path):
        return put(content, path, value[0] if isinstance(value, tuple) and value else None)
    if path in COUNTS:
        digits = str(value).strip()
        return put(
            content, path, int(digits) if digits.isascii() and digits.isdigit() and len(digits) < DIGITS else None
        )
    return put(content, path, value)


def problems(content: Content) -> tuple[str, ...]:
    """Give what is chosen among the problem types."""
    known = {code for code, _label in PROBLEM_TYPES}
    listed = tuple(one for one in get(content, PROBLEMS.path) or () if isinstance(one, str))
    return tuple(one for one in listed if one in known) + ((OTHER_CODE,) if set(listed) - known else ())


def other(content: Content) -> str:
    """Give the other words, while they are chosen."""
    return _other(content) if OTHER_CODE in problems(content) else ""


def flags(content: Content) -> tuple[str, ...]:
    """Give which flags are set."""
    return tuple(flag for flag, path in FLAG_PATHS.items() if get(content, path))


def to_send(content: Content, sender: dict[str, str]) -> dict[str, Any]:
    """Give what is handed in: without the desk's own, and with who writes."""
    return {**{name: value for name, value in content.items() if name != "desk"}, "sender": sender}


def wrong(path: str, value: str, today: date) -> str:
    """Say what is wrong with what stands in a field, kindly; empty when nothing is, or it is only half typed."""
    if not value.strip():
        return ""
    if path == CPR.path:
        return _wrong_cpr(value, today)
    if path == PHONE.path:
        return _wrong_phone(value)
    if path in COUNTS and not value.strip().isdigit():
        return _("Only a number belongs here; it is not kept otherwise.")
    return ""


def _wrong_cpr(value: str, today: date) -> str:
    if sum(character.isalnum() for character in value) < DIGITS:
        return ""
    try:
        identify(value, today=today)
    except InvalidCpr as fault:
        refused = InvalidNumber(fault)
        return f"{refused.what()} {refused.next_step()}"
    return ""


def _wrong_phone(value: str) -> str:
    digits = sum(character.isdigit() for character in value)
    if digits < 8:  # noqa: PLR2004 - a Danish number
        return ""
    try:
        phone.normalise(value)
    except BadPhone:
        return _("This is no phone number as far as can be seen. It goes along as you write it.")
    return ""


def _other(content: Content) -> str:
    return str(get(content, OTHER.path) or "")


def _with_problems(content: Content, chosen: tuple[str, ...], words: str) -> dict[str, Any]:
    """List the chosen types, with the other words in the place of «andet»."""
    named = [one for one in chosen if one != OTHER_CODE]
    if OTHER_CODE in chosen:
        named.append(words.strip() or OTHER_CODE)
    return put(put(content, PROBLEMS.path, named), OTHER.path, words)
