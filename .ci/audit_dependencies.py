# ruff: noqa: INP001 - a script, in no package
"""Ask whether a pinned dependency has a known hole, and say plainly when nobody could be asked.

Exit code 0: all were looked up, none has a known hole. 1: at least one has. 3: not everything could be looked up.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCK = "requirements.lock"
FOUND, COULD_NOT_LOOK = 1, 3


def main() -> int:
    """Run pip-audit on the lock and tell what it amounts to."""
    program = str(Path(sys.executable).with_name("pip-audit"))
    how = ["--requirement", LOCK, "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    done = subprocess.run([program, *how], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    try:
        looked_up = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return _tell("The advisories could not be reached. Nothing was looked up.", COULD_NOT_LOOK)
    return _judge(looked_up)


def _judge(looked_up: list[dict[str, object]]) -> int:
    passed_over = [str(one["name"]) for one in looked_up if "skip_reason" in one]
    holes = [f"{one['name']} {one['version']}: {hole['id']}" for one in looked_up for hole in one.get("vulns", [])]
    for hole in holes:
        _tell(hole, FOUND)
    if passed_over:
        _tell(f"{len(passed_over)} of {len(looked_up)} dependencies could NOT be looked up.", COULD_NOT_LOOK)
    if holes:
        return FOUND
    if passed_over:
        return COULD_NOT_LOOK
    return _tell(f"{len(looked_up)} dependencies were looked up, and none has a known hole.", 0)


def _tell(what: str, code: int) -> int:
    sys.stdout.write(what + "\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
