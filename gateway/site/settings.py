"""A site's settings: one TOML file a person may edit, read strictly and complained about plainly."""

import enum
import tomllib
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from directory.errors import BadAddress, BadGln, BadSor
from directory.model import location_number, normal_address, sor_code
from gateway.site.errors import SettingsError, SettingsUnreadable, SettingUnknown
from keys.fingerprint import Fingerprint

STRICT: Final = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

LONGER_THAN_A_CONSENT: Final = 367
"""Days: a consent holds for a year at the longest (O11), and its proof never goes before."""


class UnitSettings(BaseModel):
    """This site's own unit, as it is named in the letters it sends."""

    model_config = STRICT

    party: str
    name: str
    address: str
    phone: str
    hours: str = ""


class RelaySettings(BaseModel):
    """The mail server letters leave by. TLS is always required and verified; `implicit_tls` only chooses the kind."""

    model_config = STRICT

    host: str = "localhost"
    port: int = Field(default=25, ge=1, le=65535)
    implicit_tls: bool = False
    ca_file: Path | None = None
    user: str | None = None
    password_file: Path | None = None


class DoorKind(enum.StrEnum):
    """How a mail server speaks at the door."""

    SMTP = "smtp"
    """SMTP with required TLS, also from other machines."""
    LMTP = "lmtp"
    """LMTP from the mail server on this machine (RFC 2033); it never leaves the machine, so it needs no TLS."""


class DoorSettings(BaseModel):
    """Where mail comes in: how it is spoken there, the address to listen on and the certificate to show."""

    model_config = STRICT

    kind: DoorKind = DoorKind.SMTP
    host: str = "127.0.0.1"
    port: int = Field(default=2525, ge=0, le=65535)
    certificate: Path | None = None
    key: Path | None = None

    @model_validator(mode="after")
    def _lmtp_stays_here(self) -> Self:
        """Keep LMTP, which has no TLS, on this machine."""
        if self.kind is DoorKind.LMTP and not is_loopback(self.host):
            raise ValueError("LMTP is spoken on this machine alone")
        return self


class PickupSettings(BaseModel):
    """The mailbox mail is picked up from by IMAP, where it lies on a mail server. TLS is always required and verified.

    `implicit_tls`: TLS from the first byte (port 993), else STARTTLS. `folder`: where the unit's mail lies.
    """

    model_config = STRICT

    host: str
    port: int = Field(default=993, ge=1, le=65535)
    implicit_tls: bool = True
    ca_file: Path | None = None
    user: str
    password_file: Path
    folder: str = "INBOX"


class PromiseSettings(BaseModel):
    """When the desk is reminded of a referral that nobody has taken, and of a draft that was never sent (E13, B1)."""

    model_config = STRICT

    receipt_minutes: int = Field(default=30, ge=5, le=24 * 60)
    remind_after_working_days: int = Field(default=1, ge=1, le=10)
    phone_after_working_days: int = Field(default=2, ge=1, le=20)
    call_again_minutes: int = Field(default=60, ge=5, le=24 * 60)
    chase_drafts_hours: int = Field(default=2, ge=1, le=24)


class SignInSettings(BaseModel):
    """How people sign in: when an idle screen locks, and how long a first password from the administrator holds."""

    model_config = STRICT

    idle_minutes: int = Field(default=10, ge=1, le=240)
    first_password_days: int = Field(default=14, ge=1, le=90)


class RetentionSettings(BaseModel):
    """How long things are kept (O18); the organisation's data protection officer decides.

    `content_days` runs from when a referral was handed over or a case ended, `proof_days` (receipts and consents) and
    `log_days` from when they were written, `draft_days` from when a draft was last saved, `quarantine_days` from when
    a mail that cannot be trusted came, `test_days` from when a TEST was sent or taken: longer than the week in which it
    is believed.
    """

    model_config = STRICT

    content_days: int = Field(default=90, ge=1, le=3650)
    draft_days: int = Field(default=30, ge=1, le=365)
    quarantine_days: int = Field(default=90, ge=7, le=3650)
    proof_days: int = Field(default=5 * 365, ge=LONGER_THAN_A_CONSENT, le=36500)
    log_days: int = Field(default=5 * 365, ge=365, le=36500)
    test_days: int = Field(default=14, ge=8, le=365)

    @model_validator(mode="after")
    def _proof_outlives_content(self) -> Self:
        """Keep the proof of what was said and consented to at least as long as what was said (O18)."""
        if self.proof_days < max(self.content_days, self.quarantine_days):
            raise ValueError("proof_days is less than content_days or quarantine_days")
        return self


class KeepingSettings(BaseModel):
    """How contacts and keys are kept, and when somebody is told.

    `alone` says openly that one administrator keeps this site: four eyes are then two of the same, and the audit trail
    marks it. `overlap_days`: how long an old key or address holds beside the new one. `heartbeat_hour`: the hour of the
    night (Danish time) from which the other ends are tested. `silent_hours`: how long one may be silent before people
    are told. `drill_days`: how often a unit acknowledges a TEST referral by hand; 0: never. `verify_days`: how long a
    contact counts as verified. `domains`: mail domains a contact may have besides its municipality's own.
    """

    model_config = STRICT

    alone: bool = False
    overlap_days: int = Field(default=30, ge=1, le=365)
    key_years: int = Field(default=2, ge=1, le=5)
    heartbeat_hour: int = Field(default=3, ge=0, le=23)
    silent_hours: int = Field(default=36, ge=26, le=14 * 24)
    drill_days: int = Field(default=91, ge=0, le=366)
    verify_days: int = Field(default=365, ge=30, le=1825)
    backup_days: int = Field(default=30, ge=1, le=366)
    domains: tuple[str, ...] = ()


class OutcomeSetting(BaseModel):
    """One way a case may end (E21): a code that stays, for the figures, and the words people choose by."""

    model_config = STRICT

    code: str = Field(pattern="^[a-z][a-z0-9-]{1,39}$")
    da: str = Field(min_length=1, max_length=80)
    en: str = Field(default="", max_length=80)


class CaseworkSettings(BaseModel):
    """How a municipality works with its referrals.

    `acute_days`: by the end of which working day after an acute assessment the citizen should be reached; 0 is the same
    day (E3). `remind_days`: how many working days something may wait before people are reminded (E13). `outcomes`: the
    ways a case may end here; none named: the agreement's own (E21).
    """

    model_config = STRICT

    acute_days: int = Field(default=1, ge=0, le=5)
    remind_days: int = Field(default=1, ge=1, le=5)
    outcomes: tuple[OutcomeSetting, ...] = ()

    @field_validator("outcomes")
    @classmethod
    def _each_once(cls, outcomes: tuple[OutcomeSetting, ...]) -> tuple[OutcomeSetting, ...]:
        if len({one.code for one in outcomes}) < len(outcomes):
            raise ValueError("a code stands twice")
        return outcomes


class MailboxSettings(BaseModel):
    """The unit's ordinary mailbox, which is told that something waits in Stafet, and never what (E13, E16).

    `address`: where the mail goes; none: no mail. `admin_address`: where mail goes about Stafet itself; none: there
    too. `sender`: whom it comes from; none: the unit's own address.
    """

    model_config = STRICT

    address: str | None = None
    admin_address: str | None = None
    sender: str | None = None

    @field_validator("address", "admin_address", "sender")
    @classmethod
    def _an_address(cls, text: str | None) -> str | None:
        try:
            return None if text is None else normal_address(text)
        except BadAddress:
            raise ValueError("no mail address") from None


class MedComSettings(BaseModel):
    """What our own unit is known by on MedCom's network; the other parties' stand in the address book (D16).

    `sor`: its code in Sundhedsvæsenets Organisationsregister. `ean`: its EAN/GLN location number.
    """

    model_config = STRICT

    sor: str | None = None
    ean: str | None = None

    @field_validator("sor")
    @classmethod
    def _a_sor_code(cls, text: str | None) -> str | None:
        try:
            return None if text is None else sor_code(text)
        except BadSor:
            raise ValueError("no SOR code") from None

    @field_validator("ean")
    @classmethod
    def _a_location_number(cls, text: str | None) -> str | None:
        try:
            return None if text is None else location_number(text)
        except BadGln:
            raise ValueError("no location number") from None


class LogFormat(enum.StrEnum):
    """How the log is written."""

    TEXT = "text"
    """A sentence on each line, for a person and the journal."""
    JSON = "json"
    """One object on each line, for a program that collects logs."""


class LogLevel(enum.StrEnum):
    """From how grave on an event is written to the log."""

    INFO = "info"
    """Everything that happens, by ids and codes."""
    WARNING = "warning"
    """What somebody should look at."""
    ERROR = "error"
    """What went wrong."""


class LogSettings(BaseModel):
    """How the log is written, and from how grave on; it goes to standard error, which is the journal under systemd."""

    model_config = STRICT

    format: LogFormat = LogFormat.TEXT
    level: LogLevel = LogLevel.INFO


class MetricsSettings(BaseModel):
    """Where a monitor on this machine asks the daemon for figures and health; without a port nobody is answered."""

    model_config = STRICT

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)

    @field_validator("host")
    @classmethod
    def _stays_here(cls, host: str) -> str:
        """Keep it on this machine: nobody is asked for a password, and nothing is encrypted."""
        if not is_loopback(host):
            raise ValueError("figures are given on this machine alone")
        return host


class Settings(BaseModel):
    """Everything a person may set. Paths are taken from the home folder unless they are absolute."""

    model_config = STRICT

    unit: UnitSettings
    fingerprint: str
    language: str = Field(default="da", pattern="^(da|en)$")
    appearance: str = Field(default="auto", pattern="^(auto|dark|light)$")
    database_url: str | None = None
    poll_seconds: float = Field(default=0.2, gt=0, le=60)
    chore_seconds: float = Field(default=30, gt=0, le=3600)
    relay: RelaySettings = RelaySettings()
    door: DoorSettings = DoorSettings()
    pickup: PickupSettings | None = None
    promise: PromiseSettings = PromiseSettings()
    sign_in: SignInSettings = SignInSettings()
    retention: RetentionSettings = RetentionSettings()
    keeping: KeepingSettings = KeepingSettings()
    casework: CaseworkSettings = CaseworkSettings()
    mailbox: MailboxSettings = MailboxSettings()
    medcom: MedComSettings = MedComSettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()

    @field_validator("fingerprint")
    @classmethod
    def _parsed(cls, text: str) -> str:
        return Fingerprint.parse(text)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file; raises SettingUnknown or SettingsUnreadable that names the setting, never its value."""
        try:
            return cls.model_validate(_absolute(tomllib.loads(path.read_text("utf-8")), path.parent))
        except ValidationError as error:
            raise _refusal(error) from None
        except ValueError:  # not TOML, not UTF-8, or a number with more digits than Python reads
            raise SettingsUnreadable(path.name) from None

    def text(self, home: Path) -> str:
        """Write the settings as TOML; paths within `home` are written from there, so that the folder can be moved."""
        return tomli_w.dumps(_mapped(self.model_dump(exclude_none=True), lambda _name, value: _relative(value, home)))


def _refusal(error: ValidationError) -> SettingsError:
    """Name what is wrong; where all of it is unknown here, a newer version may have written it."""
    found = error.errors(include_input=False)
    kind = SettingUnknown if {one["type"] for one in found} == {"extra_forbidden"} else SettingsUnreadable
    return kind(", ".join(".".join(map(str, one["loc"])) for one in found))


def is_loopback(host: str) -> bool:
    """Tell whether an address is this machine's own, and no other can reach it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _absolute(values: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """Resolve the file settings of each table against the home folder."""

    def resolved(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
        return home / value if name.endswith(("_file", "certificate", "key")) and isinstance(value, str) else value

    return _mapped(values, resolved)


def _relative(value: object, home: Path) -> object:
    if not isinstance(value, Path):
        return value
    return str(value.relative_to(home) if value.is_relative_to(home) else value)


def _mapped(values: Mapping[str, Any], change: Callable[[str, Any], Any]) -> dict[str, Any]:
    """Change every value, table by table."""
    return {
        name: _mapped(value, change) if isinstance(value, dict) else change(name, value)
        for name, value in values.items()
    }
