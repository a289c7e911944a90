"""systemd's unit files under deploy/, read as systemd reads them: a unit, and what stands beside it for all."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SYSTEMD = Path(__file__).parents[1] / "deploy" / "systemd"
FOR_ALL = SYSTEMD / "stafet-.service.d" / "sandbox.conf"
SERVICES = sorted(SYSTEMD.glob("*.service"))


@dataclass(frozen=True)
class Unit:
    """One unit's directives, each with everything that was said about it, in order."""

    name: str
    told: dict[str, list[str]]

    def all(self, directive):
        return self.told.get(directive, [])

    def one(self, directive):
        """The last word."""
        return self.all(directive)[-1]

    def seconds(self, directive):
        number, unit = self.one(directive)[:-3], self.one(directive)[-3:]
        return int(number) * 60 if unit == "min" else int(self.one(directive).removesuffix("s"))


def read(file):
    """Read a unit, and what its name makes systemd read as well."""
    told = defaultdict(list)
    for part in (file, FOR_ALL) if file.suffix == ".service" else (file,):
        for line in part.read_text("utf-8").splitlines():
            if line and line[0] not in "#[":
                name, _equals, value = line.partition("=")
                told[name].append(value)
    return Unit(file.name, dict(told))
