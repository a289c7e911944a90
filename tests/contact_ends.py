"""Two ends for the tests of changes: people who keep the region's contacts, and the mail that goes between."""

from datetime import timedelta

import sites
from sqlmodel import select

from directory import days
from directory.book import AddressBook, ContactRow, PinnedKeyRow
from directory.calendar import local_day
from directory.changes import ChangeRow
from directory.model import Contact
from gateway import upkeep
from gateway.audit.rows import EntryRow
from gateway.contacts.model import Call, Wanted
from gateway.site.people import Role

DAY = timedelta(days=1)
OLD_PHONE = sites.UNITS[sites.RANDERS][2]
NEW_PHONE, NEW_ADDRESS = "+45 89 15 99 99", "ny.indgang@randers.example"


def changes(site, **keeping):
    station = site.station
    flow = upkeep.changes(station)
    terms = station.settings.keeping.model_copy(update=keeping)
    return type(flow)(**{**{name: getattr(flow, name) for name in type(flow).__dataclass_fields__}, "keeping": terms})


def admin(site, name):
    return sites.hire(site.station, name, Role.ADMIN)


def contact(site, party=sites.RANDERS, **told):
    """Write a contact of a party that begins now."""
    return sites.contact_of(party, **{"valid_from": site.clock(), "entered_by": "", **told})


def certificate(owner):
    return owner.station.keyring.export_public(owner.key)


def key_of(owner, **more):
    return Wanted(owner.party, None, certificate(owner), owner.key, **more)


def called(number=OLD_PHONE, **more):
    return Call(number, "Karen Prøvesen", **more)


def active(site, party=sites.RANDERS) -> Contact | None:
    with site.database.reading() as session:
        return AddressBook(session).contact(party)


def pins(site, party=sites.RANDERS):
    with site.database.reading() as session:
        return AddressBook(session).keys(party)


def forget(site, party=sites.RANDERS):
    """Let a site know nothing of a party."""
    with site.database.session() as session:
        for table in (PinnedKeyRow, ContactRow):
            for row in session.exec(select(table).where(table.party == party)):
                session.delete(row)


def trail(site, *actions):
    """Give what stands in the audit trail of some actions: action, about and outcome."""
    rows = [row for row in site.rows(EntryRow) if not actions or row.action in actions]
    return [(row.action, row.about, row.outcome) for row in rows]


def open_changes(site):
    return [row for row in site.rows(ChangeRow) if row.ended_at is None]


def carry(*ends):
    """Carry mail between the ends until nobody has any; it goes to whoever the address belongs to."""
    for end in ends:
        end.handlers.update(upkeep.handlers(end.station))
    moved = True
    while moved:
        moved = False
        for end in ends:
            before = len(end.relay.crossed)
            end.send()
            for content, _sender, recipient in end.relay.crossed[before:]:
                moved = True
                for other in ends:
                    if other is not end and recipient.casefold() in doors(other):
                        other.take(content)


def doors(site):
    with site.database.reading() as session:
        return {one.casefold() for one in site.station.own_book(session).addresses(site.clock())}


def beginning(moment):
    """Give the midnight in Denmark a day begins with."""
    return days.beginning(local_day(moment), moment - DAY)
