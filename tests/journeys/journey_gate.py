"""A gpg that stops where a test tells it to, and writes down what it was started with."""

import os
import shutil
import signal
from pathlib import Path

from journey_sites import until

SCRIPT = """#!/bin/sh
{{ printf '%s\\n' "$@"; env; }} >>{folder}/seen
for word in "$@"; do
    if [ -e "{folder}/stop$word" ]; then
        rm "{folder}/stop$word"
        echo $$ >{folder}/pid.new && mv {folder}/pid.new {folder}/pid
        exec sleep 600
    fi
done
exec {gpg} "$@"
"""


class Gate:
    """Stands before gpg for the one daemon whose PATH begins with `folder`."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir()
        program = folder / "gpg"
        program.write_text(SCRIPT.format(folder=folder, gpg=shutil.which("gpg")))
        program.chmod(0o700)

    @property
    def seen(self):
        """Everything gpg was given as arguments or in its environment."""
        return (self.folder / "seen").read_bytes()

    def stop_at(self, act):
        """Stop the next gpg that is to do `act` ("--encrypt", "--decrypt")."""
        (self.folder / f"stop{act}").touch()

    def wait(self):
        """Wait until a gpg stands at the gate."""
        until((self.folder / "pid").exists)

    def open(self):
        """End the gpg that stands at the gate; whoever started it has been killed."""
        os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)
        (self.folder / "pid").unlink()
