"""What a site says of itself before it is opened, read leniently: whoever opens it complains plainly."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.language import LANGUAGES

IDLE_MINUTES: Final = 10
SETTINGS: Final = "settings.toml"


@dataclass(frozen=True)
class Glance:
    """The unit's name as it was when the site was made, the language, when a screen locks, and its ground."""

    unit_name: str = ""
    language: str = LANGUAGES[0]
    idle_minutes: int = IDLE_MINUTES
    appearance: str = "auto"


def glance(home: Path) -> Glance:
    """Read what can be read; whatever cannot is as it is where nothing is set."""
    try:
        said = tomllib.loads((home / SETTINGS).read_text("utf-8"))
    except (OSError, ValueError):
        return Glance()
    name, spoken = _table(said, "unit").get("name"), said.get("language")
    minutes = _table(said, "sign_in").get("idle_minutes")
    return Glance(
        name if isinstance(name, str) else "",
        spoken if spoken in LANGUAGES else LANGUAGES[0],
        minutes if isinstance(minutes, int) and minutes > 0 else IDLE_MINUTES,
        str(said.get("appearance", "auto")),
    )


def _table(said: dict[str, Any], name: str) -> dict[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}
