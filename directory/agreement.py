"""The agreement that the parties work under, by name and date (A3)."""

from datetime import date
from typing import Final

TITLE: Final = "Aftale vedr. samarbejdet om sårbare borgere, der ringer 1-1-2 med sociale problemstillinger"
IN_FORCE: Final = date(2020, 4, 1)
