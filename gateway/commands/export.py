"""`export`: one referral as a MedCom message, for the region's own systems (E11)."""

from pathlib import Path

from gateway import bootstrap
from gateway.commands.console import REFUSED, Arguments, Commands, Console, signed_in
from gateway.commands.correspond import referral_argument, refusing
from gateway.commands.explain import explained
from gateway.commands.saving import is_taken, out_option, saved
from gateway.language import gettext as _
from gateway.medcom.errors import MedComError
from gateway.medcom.words import before_sending
from gateway.station import Opener
from gateway.wire.letters import new_id


def add_export(commands: Commands, open_site: Opener) -> None:
    """Add `export`."""

    @refusing
    def export(arguments: Arguments, console: Console) -> int:
        from gateway.medcom.fhir import as_fhir  # noqa: PLC0415 - the library is loaded for this alone

        if arguments.out and is_taken(arguments.out, console):
            return REFUSED
        try:
            with open_site(console.home) as station:
                person, now = signed_in(station, arguments), station.clocks.rules()
                told, number = bootstrap.export(station)(arguments.letter, person)
            content = as_fhir(told, new_id(), now)
        except MedComError as error:
            console.failure(error.code, *explained(error.code))
            return REFUSED
        facts = {"format": "medcom", "before_sending": list(map(str, told.lacks))}
        file = arguments.out or Path(f"{number}.medcom.json")
        return saved(content, file, console, facts, *before_sending(told.lacks))

    parser = commands.add_parser("export", help=_("save one referral as a MedCom message, for your own systems"))
    referral_argument(parser)
    parser.add_argument(
        "--medcom",
        action="store_true",
        required=True,
        help=_("a FHIR message in the shape of MedCom's CareCommunication"),
    )
    out_option(parser)
    parser.set_defaults(run=export)
