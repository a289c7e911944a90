"""The questions that come before everything else (B3, B4). Safety first: what is known to be acute stops at once."""

from gateway.referring.refusals import Reason, Refused
from gateway.wire.referral import Screening


def check(screening: Screening) -> None:
    """Let a cleared citizen pass. Raises Refused: ACUTE_SOMATIC, ELEVATED_SUICIDE_RISK or SCREENING_UNANSWERED."""
    if screening.acute_somatic is True:
        raise Refused(Reason.ACUTE_SOMATIC)
    if elevated_suicide_risk(screening):
        raise Refused(Reason.ELEVATED_SUICIDE_RISK)
    if screening.acute_somatic is None or screening.suicidal_thoughts is None:
        raise Refused(Reason.SCREENING_UNANSWERED)


def elevated_suicide_risk(screening: Screening) -> bool:
    """Tell whether the citizen has thoughts of suicide and does not clearly distance themselves from them (B4)."""
    return screening.suicidal_thoughts is True and screening.distances_from_thoughts is not True
