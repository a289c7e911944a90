"""What is read aloud to the citizen before they say yes or no, and what is written down of it (C1, C2, C4).

Always Danish, whatever language its reader works in. The municipality is named, and so is the agreement (A3).
"""

from dataclasses import dataclass
from typing import Final

from directory.municipalities import Municipality
from gateway.language import danish as _
from gateway.language import mark
from gateway.wire.referral_text import agreement_reference

SPOKEN: Final = (
    mark(
        "May I tell {municipality} that you call 1-1-2 because you need help with social problems, "
        "and not with acute illness?"
    ),
    mark(
        "I would pass on your name, your CPR number if you want to give it, how they can reach you, and briefly what "
        "you have told me. Only social workers and health staff in the municipality may be contacted with it. They "
        "use it to get in touch with you and to see how you can be helped."
    ),
    mark(
        "It is up to you. You get the same help from us if you say no. You can take it back whenever you like, by "
        "telling us or the municipality. A yes holds for a year at most."
    ),
    mark("Is it all right with you that I pass this on to {municipality}?"),
)
"""In the order it is said; the question comes last, so that the answer is to it."""

SCOPE: Final = mark(
    "Præhospitalet may tell {municipality} that the citizen calls 1-1-2 with social problems, with the citizen's name, "
    "CPR number if it was given, how to reach them, and a short description. Social workers or health staff in the "
    "municipality may be contacted. ({agreement})"
)

INFORMATION: Final = mark(
    "Read aloud to the citizen: what is passed on; that it goes to social workers or health staff in {municipality}, "
    "who will get in touch about help; that it is voluntary, and that a no changes nothing in the help from "
    "Præhospitalet; that the consent can be withdrawn at any time, at Præhospitalet or the municipality; that it "
    "lapses after a year at most."
)


@dataclass(frozen=True)
class ReadAloud:
    """`spoken` is read aloud, a paragraph a breath; `scope` and `information` are what the record says of it."""

    spoken: str
    scope: str
    information: str


def read_aloud(municipality: Municipality) -> ReadAloud:
    """Write the texts for one municipality; another one needs its own (C1)."""
    named = {"municipality": municipality.official_name, "agreement": agreement_reference()}
    return ReadAloud(
        spoken="\n\n".join(_(part).format(**named) for part in SPOKEN),
        scope=_(SCOPE).format(**named),
        information=_(INFORMATION).format(**named),
    )
