"""The command `health`: does this end work? For a monitor that asks often; it needs no sign-in and names nobody."""

from gateway.commands.console import DONE, OUT_OF_REACH, REFUSED, Arguments, Commands, Console
from gateway.commands.findings import facts_of, lines_of
from gateway.doctor import health
from gateway.doctor.findings import Grade
from gateway.language import gettext as _
from gateway.schema.branch import Branch
from gateway.station import utc_now


def add_health(commands: Commands, *branches: Branch) -> None:
    """Add `health`; it ends with 0 when the site works, 4 when its database cannot be reached, 2 otherwise."""

    def ask(_arguments: Arguments, console: Console) -> int:
        found = [*health.examine(console.home, console.home.settings(), branches, utc_now())]
        wrong = {finding.code for finding in found if finding.grade is Grade.BAD}
        said = _("It does not work as it should.") if wrong else _("It works.")
        facts = {"healthy": not wrong, "findings": [facts_of(finding) for finding in found]}
        console.answer(facts, said, *(line for finding in found for line in lines_of(finding)))
        return OUT_OF_REACH if health.AWAY in wrong else REFUSED if wrong else DONE

    commands.add_parser("health", help=_("ask whether this end works, for a monitor")).set_defaults(run=ask)
