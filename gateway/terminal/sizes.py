"""Sizes of files, as people read them."""

from typing import Final

LARGEST_UNIT: Final = 1024
UNITS: Final = ("B", "kB", "MB", "GB")


def size(count: float) -> str:
    """Say how large so many bytes are."""
    unit = 0
    while count >= LARGEST_UNIT and unit < len(UNITS) - 1:
        count, unit = count / LARGEST_UNIT, unit + 1
    return f"{count:.0f} {UNITS[unit]}"
