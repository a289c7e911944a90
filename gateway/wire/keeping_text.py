"""The letters between the two gateways, in plain Danish."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from gateway.language import danish as _
from gateway.wire.keeping import ContactChange, Drill, Heartbeat, KeyChange, Resend, Why
from gateway.wire.letters import Kind
from gateway.wire.text_lines import Lines, fact, moment, on_one_line
from keys.fingerprint import Fingerprint


def _heartbeat(body: Mapping[str, Any]) -> Lines:
    said = Heartbeat.read(body)
    yield _("This is a TEST. There is no citizen in this letter, and nothing needs to be done.")
    if said.why is Why.ADDRESS:
        yield _("It shows that letters reach you at this address.")
    if said.code:
        yield _("If somebody rings you about it, please read this code aloud:")
        yield f"    {on_one_line(said.code)}"
    yield from _facts((_("Unit"), said.unit), (_("Phone"), said.phone))


def _drill(body: Mapping[str, Any]) -> Lines:
    said = Drill.read(body)
    yield _("This is a TEST. There is no citizen in this letter.")
    yield _(
        "Please acknowledge it by hand, as you would acknowledge a citizen's. Then Præhospitalet knows that a "
        "person reads what comes here. It is asked once a quarter."
    )
    yield from _facts(
        (_("Asked"), moment(said.asked_at)),
        (_("Unit"), said.unit),
        (_("Phone"), said.phone),
    )


def _key_change(body: Mapping[str, Any]) -> Lines:
    said = KeyChange.read(body)
    yield _("We have a new key. Use it from now on; a gateway does so by itself.")
    yield from _facts(
        (_("New key"), Fingerprint(said.new).grouped),
        (_("Old key"), Fingerprint(said.old).grouped),
        (_("The old key ends"), moment(said.old_ends_at)),
    )
    yield _("If you are in doubt, ring us on the number you know, and compare the new key's groups aloud.")


def _contact_change(body: Mapping[str, Any]) -> Lines:
    said = ContactChange.read(body)
    yield _("We are going to be reached in another way. Please ring us on the number you know, and confirm it.")
    yield from _facts(
        (_("Unit"), said.unit_name),
        (_("Mail address"), said.email),
        (_("Phone"), said.phone),
        (_("Hours"), said.hours),
        (_("From"), moment(said.valid_from)),
        (_("Written by"), said.written_by),
    )


def _resend(body: Mapping[str, Any]) -> Lines:
    said = Resend.read(body)
    yield _("We have been restored from a backup. Please send again what you have sent since this moment:")
    yield f"    {moment(said.since)}"
    yield _("A gateway does so by itself; what we have already is not shown twice.")


def _facts(*facts: tuple[str, str]) -> Iterator[str]:
    yield ""
    yield from filter(None, (fact(label, value) for label, value in facts))


WRITERS: Final[Mapping[Kind, Callable[[Mapping[str, Any]], Lines]]] = {
    Kind.HEARTBEAT: _heartbeat,
    Kind.DRILL: _drill,
    Kind.KEY_CHANGE: _key_change,
    Kind.CONTACT_CHANGE: _contact_change,
    Kind.RESEND: _resend,
}
