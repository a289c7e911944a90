"""What the inbox's help says before it names the keys (H6)."""

from gateway.language import gettext as _


def paragraphs() -> tuple[str, ...]:
    """Say what is listed, what acknowledging means, and what a letter is not for."""
    return (
        _(
            "Here are the referrals Præhospitalet has passed on, with the citizen's consent. New ones show up by "
            "themselves. What needs a person first stands at the top: acute and overdue, then new, then waiting. What "
            "has waited too long says so on its row, on working days only.",
        ),
        _(
            "Those that have ended are not listed but can be found: / searches by CPR number, phone, number or name, "
            "X shows them. In a terminal, stafet-inbox list says the same, one referral on each line.",
        ),
        _(
            "Acknowledge when you have taken a referral: Præhospitalet lets go only when it knows who has it. "
            "The target is an assessment, and contact if it is urgent, within five working days. It is a target: "
            "nothing is closed when it has passed.",
        ),
        _("What cannot wait is said by phone as well. A letter is never the only way."),
    )
