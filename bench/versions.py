"""What was measured with: the machine, the programs and the libraries that decide the figures."""

import os
import platform
import shutil
import sqlite3
import ssl
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Final

import postgresql_server

from keys.gpg import installed

LIBRARIES: Final = ("pysequoia", "aiosmtpd", "aiosmtplib", "sqlalchemy", "psycopg", "textual")
ABSENT: Final = "not here: left out"


def all_of_them() -> dict[str, str]:
    """Give each name with its version."""
    return {
        "processors": f"{len(os.sched_getaffinity(0))} × {_processor()}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "GnuPG": ".".join(map(str, installed())),
        "OpenSSL": ssl.OPENSSL_VERSION.split()[1],
        "SQLite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
        "Postfix": _said("postconf", "-h", "mail_version"),
        "PostgreSQL": _postgresql(),
        "neomutt": _said("neomutt", "-v").partition("\n")[0].removeprefix("NeoMutt "),
    }


def _processor() -> str:
    facts = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    name = next((line.partition(":")[2].strip() for line in facts.splitlines() if line.startswith("model name")), "")
    return name or platform.machine()


def _postgresql() -> str:
    try:
        return _said(postgresql_server.program("postgres"), "--version").split()[2]
    except AssertionError:
        return ABSENT


def _said(*line: str) -> str:
    program = shutil.which(line[0], path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        return ABSENT
    return subprocess.run([program, *line[1:]], capture_output=True, text=True, check=True).stdout.strip()
