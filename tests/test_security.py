"""The numbers in SECURITY.md are the code's own."""

import re
from pathlib import Path

import pytest

from gateway.access import passwords, tries
from gateway.adapters import smtp_in
from gateway.audit import checkpoints
from gateway.monitor import joined, server
from gateway.site.settings import DoorSettings, KeepingSettings, RelaySettings, RetentionSettings, SignInSettings
from gateway.wire import envelope, mail_limits, referral
from keys import sealing

TEXT = " ".join((Path(__file__).parents[1] / "SECURITY.md").read_text("utf-8").split())
KIB, MIB, MINUTE = 1024, 1024 * 1024, 60
SETTINGS = {
    "relay": RelaySettings(),
    "door": DoorSettings(),
    "sign_in": SignInSettings(),
    "retention": RetentionSettings(),
    "keeping": KeepingSettings(),
}
IN_WORDS = {None: "the system's", (): "none", False: "false"}

SAID = [
    f"in steps of {envelope.BLOCK // KIB} KiB",
    f"a wait of {tries.FIRST_WAIT.seconds} seconds, doubling to {tries.LONGEST_WAIT.seconds // MINUTE} minutes",
    f"at least every {checkpoints.AT_LEAST_EVERY.seconds // MINUTE} minutes of activity",
    f"or {checkpoints.AFTER_ENTRIES} entries, heads witnessed",
    f"A mail of more than {mail_limits.MAIL_BYTES // MIB} MiB is refused",
    f"a referral may be {referral.LARGEST // KIB} KiB",
    f"opens to {sealing.LIMIT_BYTES // MIB} MiB at most",
    f"takes {smtp_in.CONNECTIONS} connections, {smtp_in.FROM_ONE_PLACE} from one place",
    f"for {smtp_in.IDLE_SECONDS} seconds of silence and {smtp_in.LIFE_SECONDS // MINUTE} minutes in all",
    f"A header may have {mail_limits.LETTER.header_bytes // KIB} KiB and {mail_limits.LETTER.header_lines} lines",
    f"a mail {mail_limits.LETTER.boundary_lines} boundary lines",
    f"A monitor: {server.ASKING} may be asking and {server.MOST} be there in all",
    f"{server.SECONDS:.0f} seconds and {server.LONGEST // KIB} KiB for a question",
    f"{joined.READ_SECONDS:.0f} seconds to read the figures",
    f"at least {passwords.SHORTEST} characters",
    f"hold for {SignInSettings().first_password_days} days",
]


@pytest.mark.parametrize("said", SAID)
def test_what_is_said_of_limits_is_what_the_code_does(said):
    assert said in TEXT


def test_three_wrong_passwords_are_free():
    assert tries.FREE == 3


def test_the_defaults_are_the_settings_own():
    rows = re.findall(r"\| ((?:`[a-z_.]+`(?:, )?)+) \| ([^|]+) \|", TEXT)
    named = [(names.replace("`", "").split(", "), defaults.replace("`", "").split(", ")) for names, defaults in rows]
    found = {}
    for names, defaults in named:
        table = names[0].partition(".")[0]
        for name, default in zip(names, defaults, strict=True):
            found[f"{table}.{name.rpartition('.')[2]}"] = default

    assert len(found) == 15
    for name, default in found.items():
        table, _, field = name.partition(".")
        value = getattr(SETTINGS[table], field)
        assert default == IN_WORDS.get(value, str(value)), name
