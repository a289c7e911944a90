"""Files that a report is written to: for their owner alone, and whole or not at all."""

import secrets
from pathlib import Path

from gateway.site.home import write_private


def put(path: Path, content: bytes) -> None:
    """Write a file, or replace it, in one step; raises OSError, and then leaves what was there."""
    fresh = path.parent / f".{path.name}.{secrets.token_hex(4)}"
    try:
        write_private(fresh, content)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
