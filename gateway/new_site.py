"""A new site: its key, passphrase, data key, certificate, database and first person, made once."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session

from gateway.access.actions import Action, purpose_of
from gateway.access.credentials import Credentials
from gateway.access.staff import expiry
from gateway.adapters.certificates import self_signed
from gateway.adapters.database import Database
from gateway.audit.trail import CONSOLE, Entry, note
from gateway.schema import version
from gateway.schema.branch import Branch
from gateway.site.cipher import Vault, new_key
from gateway.site.errors import DatabaseTaken
from gateway.site.home import Home, write_private
from gateway.site.people import People, Role
from gateway.site.settings import DoorSettings, KeepingSettings, RelaySettings, Settings, UnitSettings
from gateway.station import SHARED, utc_now
from keys import passphrase
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring
from keys.sealing import seal


@dataclass(frozen=True)
class Plan:
    """What a new site is made from.

    `password` is the first person's own, or one that must be changed (`password_is_first`). Without one the person is
    known here, and cannot sign in. `alone`: one administrator keeps the site (`keeping.alone`). `database_url` names a
    database elsewhere.
    """

    unit: UnitSettings
    person: str
    role: Role
    password: str | None = None
    password_is_first: bool = False
    language: str = "da"
    alone: bool = False
    relay: RelaySettings = field(default_factory=RelaySettings)
    door: DoorSettings = field(default_factory=DoorSettings)
    database_url: str | None = None


def make_station(home: Home, plan: Plan, *branches: Branch) -> Fingerprint:
    """Make a site: key, passphrase, data key, certificate, database, first person.

    Raises HomeTaken, DatabaseTaken, KeyringError.
    """
    home.make()
    secret = _passphrase(home.path / "passphrase")
    with Keyring(home.gnupg, secret) as keyring:
        fingerprint = keyring.generate(f"{plan.unit.name} <{plan.unit.address}>")
        data_key = new_key()
        sealed = seal(keyring, data_key, signer=fingerprint, reader=fingerprint)
        write_private(home.data_key_file, sealed.ciphertext)
    door = plan.door if plan.door.certificate else _own_certificate(home, plan.door)
    settings = Settings(
        unit=plan.unit,
        fingerprint=fingerprint,
        language=plan.language,
        database_url=plan.database_url,
        relay=plan.relay,
        door=door,
        keeping=KeepingSettings(alone=plan.alone),
    )
    database = Database(home.database_url(settings))
    version.make(database, (SHARED, *branches))
    with database.session() as session:
        _add_first_person(session, Vault(data_key), plan, settings)
    database.close()
    home.write_settings(settings)
    home.unfinished_file.unlink()
    return fingerprint


def _add_first_person(session: Session, vault: Vault, plan: Plan, settings: Settings) -> None:
    people, now = People(session, vault), utc_now()
    if people.any():
        raise DatabaseTaken
    person = people.add(plan.person, plan.role)
    note(session, Entry(now, Action.ADD_PERSON, purpose_of(Action.ADD_PERSON), CONSOLE, about=person.id))
    if plan.password is not None:
        expires = expiry(now, settings.sign_in.first_password_days) if plan.password_is_first else None
        Credentials(session, vault).put(person.id, plan.password, expires)


def _own_certificate(home: Home, door: DoorSettings) -> DoorSettings:
    certificate, key = self_signed(door.host, utc_now())
    names = {"certificate": Path("door.pem"), "key": Path("door.key")}  # so named, the folder can be moved
    for name, content in zip(names.values(), (certificate, key), strict=True):
        (home.path / name).unlink(missing_ok=True)
        write_private(home.path / name, content)
    return door.model_copy(update=names)


def _passphrase(path: Path) -> str:
    """Take the passphrase an interrupted start left behind, or make one."""
    return passphrase.read(path) if path.exists() else passphrase.write(path)
