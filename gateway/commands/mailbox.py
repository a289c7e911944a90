"""Commands about the ordinary mailbox that is told when something waits: see it, choose it, try it (E13, E16)."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any, Final

from directory import domains
from directory.errors import PersonalAddress, WrongDomain
from directory.model import looks_personal, normal_address
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import (
    DONE,
    OUT_OF_REACH,
    REFUSED,
    Arguments,
    Command,
    Commands,
    Console,
    Subcommand,
    signed_in,
)
from gateway.language import gettext as _
from gateway.language import mark
from gateway.mailbox.last import Whose, forget, last_sent, waiting
from gateway.mailbox.mail import Matter, Route, compose
from gateway.mailbox.rows import MailRow
from gateway.site.settings import MailboxSettings
from gateway.station import Opener, Station
from gateway.terminal import dates
from gateway.wire.letters import new_id

MATTERS: Final[Mapping[Matter, str]] = {
    Matter.ARRIVED: mark("that something has arrived"),
    Matter.REMINDER: mark("that something has waited too long"),
    Matter.UPKEEP: mark("that Stafet needs looking after"),
}
OFF: Final = mark("No mailbox is told: whoever waits for referrals must look. Choose one with: mailbox set ADDRESS")


def add_mailbox(commands: Commands, open_site: Opener) -> None:
    """Add `mailbox`, `mailbox set`, `mailbox off` and `mailbox test`."""
    parser = commands.add_parser("mailbox", help=_("the ordinary mailbox that is told when something waits"))
    parser.set_defaults(run=_showing(open_site))
    mailbox = parser.add_subparsers(metavar=_("COMMAND"), parser_class=Subcommand)
    setting = mailbox.add_parser("set", help=_("choose the mailbox; the mail says only that something waits"))
    _options(setting)
    setting.set_defaults(run=_setting(open_site))
    mailbox.add_parser("off", help=_("tell no mailbox")).set_defaults(run=_turning_off(open_site))
    mailbox.add_parser("test", help=_("send a TEST there now")).set_defaults(run=_testing(open_site))


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("email", metavar=_("ADDRESS"), help=_("the mailbox that people read every working day"))
    parser.add_argument(
        "--admins", metavar=_("ADDRESS"), help=_("where mail about Stafet itself goes (default: there)")
    )
    parser.add_argument("--sender", metavar=_("ADDRESS"), help=_("whom it comes from (default: the site's address)"))
    parser.add_argument("--personal-ok", action="store_true", help=_("the address looks like a person's, and is right"))


def _setting(open_site: Opener) -> Command:
    def choose(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.SET_MAILBOX, station.clocks.machine()) as deed:
                chosen = _checked(arguments, station)
                if station.unit.email.casefold() in {one.casefold() for one in _recipients(chosen)}:
                    return _own_address(console)
                forget(deed.session)
                _write(console, chosen)
        console.answer(
            chosen.model_dump(),
            _("Mail without content now goes to {address}. If the daemon runs, restart it.").format(
                address=chosen.address
            ),
            _("Try it, and see that it arrives: mailbox test"),
        )
        return DONE

    return choose


def _checked(arguments: Arguments, station: Station) -> MailboxSettings:
    """Read what was typed; raises BadAddress, WrongDomain or PersonalAddress (D8, D11)."""
    given = {"address": arguments.email, "admin_address": arguments.admins, "sender": arguments.sender}
    typed = {name: normal_address(text) for name, text in given.items() if text}
    allowed = (*station.settings.keeping.domains, domains.domain_of(station.unit.email))
    if not all(domains.fits(station.own.party, address, allowed) for address in typed.values()):
        raise WrongDomain
    if any(map(looks_personal, typed.values())) and not arguments.personal_ok:
        raise PersonalAddress
    return MailboxSettings(**typed)


def _recipients(mailbox: MailboxSettings) -> tuple[str, ...]:
    """List where mail goes, each once."""
    return tuple(dict.fromkeys(filter(None, (mailbox.address, mailbox.admin_address))))


def _own_address(console: Console) -> int:
    console.failure(
        "OWN_ADDRESS",
        _("That is the address sealed letters come to, and only this program reads there."),
        _("Name the mailbox people read every day."),
    )
    return REFUSED


def _write(console: Console, mailbox: MailboxSettings) -> None:
    settings = console.home.settings()
    console.home.write_settings(settings.model_copy(update={"mailbox": mailbox}))


def _turning_off(open_site: Opener) -> Command:
    def off(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.SET_MAILBOX, station.clocks.machine()) as deed:
                forget(deed.session)
                _write(console, MailboxSettings())
        console.answer(MailboxSettings().model_dump(), _(OFF), _("If the daemon runs, restart it."))
        return DONE

    return off


def _testing(open_site: Opener) -> Command:
    def test(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, mailbox = signed_in(station, arguments), station.settings.mailbox
            with act(station.database, person, Action.SEND_TEST, station.clocks.machine()):
                to = _recipients(mailbox)
            if not to:
                console.failure("NO_MAILBOX", _(OFF))
                return REFUSED
            codes = {address: _tried(station, mailbox.sender or station.unit.email, address) for address in to}
        console.answer(codes, *(_said(address, code) for address, code in codes.items()))
        return OUT_OF_REACH if any(codes.values()) else DONE

    return test


def _tried(station: Station, sender: str, address: str) -> str:
    content = compose(Matter.TEST, Route(sender, address), new_id(), station.clocks.machine())
    return station.notify()(content, sender, address)


def _said(address: str, code: str) -> str:
    if code:
        return _("{address}: the mail server did not take it ({code})").format(address=address, code=code)
    return _("{address}: the mail server took it; see that it arrives").format(address=address)


def _showing(open_site: Opener) -> Command:
    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.machine()
            with act(station.database, person, Action.SEE_BOARD, now) as deed:
                rows = [(whose, last_sent(deed.session, whose), waiting(deed.session, whose)) for whose in Whose]
            facts = {**station.settings.mailbox.model_dump(), **{whose.value: _facts(*two) for whose, *two in rows}}
            lines = [line for _whose, *two in rows for line in _lines(*two)]
        console.answer(facts, *_chosen(station.settings.mailbox), *lines)
        return DONE

    return show


def _chosen(mailbox: MailboxSettings) -> Iterator[str]:
    if mailbox.address is None:
        yield _(OFF)
        return
    yield _("Told when something waits: {address}").format(address=mailbox.address)
    yield _("Told about Stafet itself: {address}").format(address=mailbox.admin_address or mailbox.address)


def _facts(sent: MailRow | None, late: MailRow | None) -> Mapping[str, Any]:
    return {
        "last": {"at": sent.sent_at.isoformat(), "what": sent.kind, "reason": sent.reason}
        if sent and sent.sent_at
        else None,
        "waiting": {"since": late.made_at.isoformat(), "what": late.kind, "tries": late.tries, "reason": late.reason}
        if late
        else None,
    }


def _lines(sent: MailRow | None, late: MailRow | None) -> Iterator[str]:
    if sent and sent.sent_at:
        told = _("{date}: told {what}").format(
            date=dates.day_and_clock(sent.sent_at), what=_(MATTERS[Matter(sent.kind)])
        )
        yield told + (f" ({sent.reason})" if sent.reason else "")
    if late:
        yield _("Does not get through since {date} ({code})").format(
            date=dates.day_and_clock(late.made_at), code=late.reason or "-"
        )
