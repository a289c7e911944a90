"""Commands about our own unit: how the others reach us, now and from a day on (D5, D9)."""

from gateway import upkeep
from gateway.commands.changes import contact_options, typed_contact
from gateway.commands.console import DONE, Arguments, Command, Commands, Console, remind_of_daemon, signed_in
from gateway.contacts.ours import OwnChange
from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.liveness.look import name_of
from gateway.station import Opener
from gateway.terminal.dates import day


def add_ours(commands: Commands, open_site: Opener) -> None:
    """Add `ours show`, `ours change` and `ours tell-again`."""
    parser = commands.add_parser("ours", help=_("how our own unit is reached"))
    ours = parser.add_subparsers(required=True)
    ours.add_parser("show", help=_("show how we were, are and will be reached")).set_defaults(run=_showing(open_site))
    telling = ours.add_parser("tell-again", help=_("tell the others once more"))
    telling.set_defaults(run=_telling(open_site))
    changing = ours.add_parser("change", help=_("be reached in another way from a day on, and tell the others"))
    contact_options(changing)
    changing.set_defaults(run=_changing(open_site))


def _changing(open_site: Opener) -> Command:
    def change(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.machine()
            contact = typed_contact(arguments, station.unit, station.own.party, person, now)
            upkeep.our_contact(station).propose(contact, person, personal_ok=arguments.personal_ok)
        begins = day(contact.valid_from)
        console.answer(
            {"email": contact.email, "phone": contact.phone, "from": contact.valid_from.isoformat()},
            _("From {date} on we are reached at {email}, {phone}.").format(
                date=begins, email=contact.email, phone=contact.phone
            ),
            _("The others are told by letter, and ring the number they know to confirm it."),
        )
        remind_of_daemon(console)
        return DONE

    return change


def _telling(open_site: Opener) -> Command:
    def tell(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            told = upkeep.our_contact(station).tell_again(signed_in(station, arguments))
        said = ngettext("{count} party is told once more.", "{count} parties are told once more.", told)
        console.answer({"told": told}, said.format(count=told))
        remind_of_daemon(console)
        return DONE

    return tell


def _used(row: OwnChange) -> str:
    """Say who is not known to write to the newest address, and how long mail to one before it is taken in."""
    if row.ends_at:
        return _("mail is taken in until {day}").format(day=day(row.ends_at))
    waiting = ", ".join(map(name_of, row.waiting))
    if waiting:
        return _("not used yet by: {waiting}").format(waiting=waiting)
    return _("all write there") if row.using else ""


def _showing(open_site: Opener) -> Command:
    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            rows, now = upkeep.our_contact(station).listed(signed_in(station, arguments)), station.unit
        facts = [
            {
                "unit": row.contact.unit_name,
                "email": row.contact.email,
                "phone": row.contact.phone,
                "from": row.contact.valid_from.isoformat(),
                "ends": row.ends_at.isoformat() if row.ends_at else None,
                "using": list(row.using),
                "waiting": list(row.waiting),
            }
            for row in rows
        ]
        lines = [
            f"{day(row.contact.valid_from)}  {row.contact.email}  {row.contact.phone}  {_used(row)}" for row in rows
        ]
        console.answer(
            {"now": {"email": now.email, "phone": now.phone}, "ours": facts}, *(lines or [f"{now.email}  {now.phone}"])
        )
        return DONE

    return show
