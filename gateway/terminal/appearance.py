"""Light letters on a dark ground, or dark on a light one: as a person says, or the site, or the terminal."""

from collections.abc import Mapping
from typing import Final

VARIABLE: Final = "STAFET_APPEARANCE"
"""What a person sets for a terminal of their own; it goes before the site's setting."""
TOLD_BY_TERMINAL: Final = "COLORFGBG"
LIGHT_GROUNDS: Final = frozenset({"7", "15"})
"""White and bright white, as rxvt, Konsole and others number the ground."""


def is_dark(setting: str, environment: Mapping[str, str]) -> bool:
    """Tell whether to draw on a dark ground. `setting` is "dark", "light" or "auto"; what says nothing is dark."""
    chosen = environment.get(VARIABLE, setting)
    if chosen in {"dark", "light"}:
        return chosen == "dark"
    return environment.get(TOLD_BY_TERMINAL, "").rpartition(";")[2] not in LIGHT_GROUNDS
