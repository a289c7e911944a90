"""The wheel, built and installed as people get it: in an environment that holds the program and nothing of this folder.

What the program needs is lent to it by the tests' own environment, so that nothing is fetched.
"""

import subprocess
import sys
import sysconfig
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from journey_sites import Site, workplace

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Wheel:
    """An environment with the wheel in it."""

    folder: Path
    file: Path

    @property
    def programs(self):
        return self.folder / "bin"

    @property
    def shared(self):
        return self.folder / "share" / "stafet"

    @property
    def lent(self):
        """Every folder that must be seen for a program of it to run."""
        return (self.folder, Path(sys.prefix), Path(sys.base_prefix))

    def python(self, code):
        """Ask the environment's own Python something."""
        command = [self.programs / "python", "-c", code]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout.strip()


@dataclass
class Installed(Site):
    """A site whose every command is the wheel's."""

    wheel: Wheel | None = None

    def line(self, *words):
        return [str(self.wheel.programs / self.program), "--home", str(self.home), *map(str, words)]


@contextmanager
def installed():
    """Build the wheel, and install it."""
    with workplace() as folder:
        build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
        subprocess.run([sys.executable, *build], check=True, capture_output=True)
        [file] = folder.glob("stafet-*.whl")
        wheel = Wheel(folder / "e", file)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", wheel.folder], check=True)
        pip = ["-m", "pip", "-qq", "--python", wheel.programs / "python"]
        subprocess.run([sys.executable, *pip, "install", "--no-deps", "--no-index", file], check=True)
        place = wheel.python("import sysconfig; print(sysconfig.get_path('purelib'))")
        (Path(place) / "lent.pth").write_text(sysconfig.get_path("purelib"))
        yield wheel
