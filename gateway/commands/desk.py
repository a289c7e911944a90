"""The region's desk: `stafet-gateway desk` opens it in the terminal."""

from gateway.commands.console import DONE, REFUSED, Arguments, Commands, Console, named
from gateway.language import gettext as _
from gateway.station import Opener


def add_desk(commands: Commands, open_site: Opener) -> None:
    """Add `desk`: write referrals with the citizen on the line, follow them, phone when nobody answers."""

    def desk(arguments: Arguments, console: Console) -> int:
        if not console.at_terminal():
            console.failure(
                "NO_TERMINAL", _("The desk needs a terminal. Without one, use a command: refer, status, drafts …")
            )
            return REFUSED
        from gateway.desk.app import DeskApp  # noqa: PLC0415 - commands need no Textual, and start faster without
        from gateway.desk.joined import desk_ports  # noqa: PLC0415 - likewise

        with open_site(console.home) as station:
            app = DeskApp(desk_ports(station, name=named(arguments)))
            app.run()
        return app.return_code or DONE

    parser = commands.add_parser("desk", help=_("open the desk: write referrals, and follow them"))
    parser.set_defaults(run=desk)
