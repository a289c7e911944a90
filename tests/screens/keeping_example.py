"""An invented board of the 19, a unit, a change that waits and a key on its way: for pictures, always the same."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from directory import municipalities
from directory.changes import Stand
from directory.model import Contact, PinnedKey, UnitKind
from gateway.contacts.model import Change
from gateway.keeping.ports import Keeper, Known
from gateway.liveness import board as rules
from gateway.liveness.board import Facts, Key, Limits, Row
from gateway.liveness.notices import BACKUP_OLD, TOLD_OF, Notice
from gateway.rotation.model import Rotating
from gateway.site.people import Person, Role
from gateway.site.settings import KeepingSettings, PromiseSettings
from keys.fingerprint import Fingerprint

OLD = Fingerprint("4C1A902E77B5D3806FA1E95B20C84D7713AE60F2")
NEW = Fingerprint("9F03B7C6E18A4D2255D01C7BA3F684E90B7D2C58")
THEIRS = Fingerprint("7D42F0A91C6B83E5D2074FA9B61E3C85907AD1F4")
LIMITS = Limits(KeepingSettings(), PromiseSettings())
BIRGIT = Person("birgit", "Birgit Prøvegaard", Role.ADMIN)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def contact(code: str, place: int, now: datetime) -> Contact:
    town = municipalities.by_code(code)
    name = town.name.lower().replace("ø", "o").replace("å", "aa")
    return Contact(
        party=code,
        unit_name=f"Den sociale indgang, {town.official_name}",
        email=f"sikkerpost@{name}.example",
        phone=f"+45 84 {place:02d} {(place * 37) % 100:02d} {(place * 53) % 100:02d}",
        hours="man-ons 8-15, tor 8-17, fre 8-13",
        kind=UnitKind.GATEWAY,
        valid_from=now - 212 * DAY,
        entered_by="birgit",
        confirmed_by="karim",
        verified_at=now - 12 * DAY,
    )


def facts(code: str, place: int, now: datetime) -> Facts:
    """A unit where everything is in order."""
    beat = now - timedelta(hours=6, minutes=place)
    return Facts(
        party=code,
        name=municipalities.by_code(code).name,
        contact=contact(code, place, now),
        key=Key(THEIRS, now - 300 * DAY, now + timedelta(days=240 + 13 * place)),
        known_since=now - 212 * DAY,
        listened_since=now - 90 * DAY,
        listened_until=now,
        heartbeat_at=beat,
        heard_at=beat,
        person_at=now - timedelta(days=(place * 5) % 31),
        envelopes=40 + place,
    )


def troubled(code: str, one: Facts, now: datetime) -> Facts:
    """What is wrong with a few of them."""
    waits = rules.Change(Stand.PROPOSED, now - 3 * HOUR, now + 9 * DAY)
    changes: dict[str, dict[str, Any]] = {
        "730": {"heartbeat_at": now - 4 * DAY, "heard_at": now - 4 * DAY},
        "707": {"key": Key(THEIRS, now - 717 * DAY, now + 12 * DAY)},
        "740": {"change": waits},
        "751": {"envelopes": 60, "bounced": 3},
        "665": {"contact": replace(one.contact, verified_at=now - 400 * DAY)},
    }
    return replace(one, **changes.get(code, {}))


def board(now: datetime) -> tuple[Row, ...]:
    places = enumerate(municipalities.in_agreement(), 3)
    everybody = (troubled(town.code, facts(town.code, place, now), now) for place, town in places)
    return rules.ordered(rules.judge(one, LIMITS, now) for one in everybody)


def change(now: datetime, known: Contact) -> Change:
    """Silkeborg's new address and key, as a colleague has entered them."""
    new = replace(known, email="indgangen@silkeborg.example", valid_from=now + 9 * DAY)
    return Change(
        id="c1",
        party=known.party,
        stand=Stand.PROPOSED,
        contact=new,
        fingerprint=THEIRS,
        valid_from=new.valid_from,
        proposed_by="Karim Prøvesen",
        by_letter=False,
        proposed_at=now - 3 * HOUR,
        confirmed_by="",
        confirmed_at=None,
        called="",
        spoken_with="",
        alone=False,
        needs_proof=True,
        tested_at=None,
        answered_at=None,
        ended_at=None,
        reason="",
        numbers_to_call=(known.phone,),
    )


@dataclass(frozen=True)
class Example:
    """What the pictures show, at one moment."""

    now: datetime

    def known(self, party: str, _person: Person) -> Known:
        row = next(one for one in board(self.now) if one.facts.party == party)
        assert row.facts.contact
        before = replace(
            row.facts.contact,
            email=f"social{party}@midtpost.example",
            valid_from=self.now - 900 * DAY,
            valid_to=self.now - 212 * DAY,
        )
        key = PinnedKey(party, OLD, b"", self.now - 212 * DAY, None, "birgit", "karim")
        names = {"birgit": "Birgit Prøvegaard", "karim": "Karim Prøvesen"}
        return Known(row, (before, row.facts.contact), (key,), names)

    def changes(self, _person: Person, party: str | None = None) -> tuple[Change, ...]:
        known = next(one.facts.contact for one in board(self.now) if one.facts.party == "740")
        assert known
        return (change(self.now, known),) if party in (None, "740") else ()

    def rotating(self, _person: Person) -> Rotating:
        """Fourteen use the new key, five do not yet."""
        missing = ("740", "751", "707", "665", "730")
        rows = {one.facts.party: one.facts.phone for one in board(self.now)}
        return Rotating(
            old=OLD,
            new=NEW,
            begun_at=self.now - 17 * DAY,
            old_ends_at=self.now + 13 * DAY,
            heard=tuple(party for party in rows if party not in missing),
            stragglers=missing,
            phones=rows,
            runs=True,
        )

    def notices(self, _person: Person) -> tuple[Notice, ...]:
        found = [
            Notice(remark.reason, row.facts.party, row.facts.name, remark.grade, remark.told, row.facts.phone)
            for row in board(self.now)
            for remark in row.remarks
            if remark.reason in TOLD_OF
        ]
        backup = Notice(BACKUP_OLD, "", "", rules.Grade.AMBER, {"since": self.now - 41 * DAY})
        return (*found, backup)

    def keeper(self, person: Person, *, at_rest: bool = False) -> Keeper:
        status = (lambda _person: Rotating(OLD)) if at_rest else self.rotating
        return Keeper(
            unit="AMK-vagtcentralen, Præhospitalet",
            person=person,
            board=lambda _person: board(self.now),
            notices=self.notices,
            known=self.known,
            changes=SimpleNamespace(listed=self.changes),
            ours=SimpleNamespace(listed=lambda _person: ()),
            own_contact=lambda: contact("730", 3, self.now),
            rotation=SimpleNamespace(status=status),
            compromise=SimpleNamespace(),
            test=lambda _party, _person: "",
            key_ends_at=lambda _key: self.now + 431 * DAY,
            now=lambda: self.now,
            poll_seconds=60,
        )
