# ruff: noqa: INP001 - a script, in no package
"""Write a new revision from what differs between the tables in the code and the revisions there are.

It compares one branch (shared, region, unit), and what it writes is a draft: read it, and write by hand what it cannot
know.
"""

import argparse
import re
import sys
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.script import Script
from sqlalchemy import create_engine

from gateway import bootstrap as region_end
from gateway.schema.migrate import Migration, configured
from gateway.station import SHARED
from inbox_tui import bootstrap as municipal_end

ROOT: Final = Path(__file__).parents[1]
BRANCHES: Final = {branch.name: branch for branch in (SHARED, region_end.BRANCH, municipal_end.BRANCH)}
STEPS: Final = {"unit": "inbox_tui/schema/steps.py"}
TYPES: Final = {"AutoString": "sa.String()", "UtcDateTime": "MOMENT"}
IMPORTED: Final = "from alembic import op\n"
WRITTEN: Final = """Written: {file}. Read it, and mend what it cannot know:
- a new column that is never empty: add_filled; a table that is only added to: only_added_to (gateway.schema.tables);
- what the old rows need in it, by SQL;
- downgrade, what it loses (losses) and what bars it (blocks).
Then add Step("{revision}", VERSION) in {steps}, where VERSION is the release it will be in.
"""


def main() -> None:
    """Write the file, and say what is left to do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("branch", choices=BRANCHES)
    parser.add_argument("says", help="what changes, in a few words")
    arguments = parser.parse_args()
    name, revision = arguments.branch, f"{arguments.branch}_{len(BRANCHES[arguments.branch].steps) + 1}"
    file = _drafted(name, revision, arguments.says)
    steps = STEPS.get(name, "gateway/schema/branch.py")
    sys.stdout.write(WRITTEN.format(file=file.relative_to(ROOT), revision=revision, steps=steps))


def _drafted(name: str, revision: str, says: str) -> Path:
    branch = BRANCHES[name]
    with create_engine("sqlite://").connect() as scratch:
        Migration(scratch, (branch,), own_key="").upgrade()
        tables = [*branch.tables]
        config = configured((branch,), connection=scratch, heard=_nobody, tables=tables, plain=_plain)
        config.set_main_option("file_template", "%%(rev)s")
        how: dict[str, Any] = {"head": f"{name}@head", "version_path": str(branch.folder), "rev_id": revision}
        made = command.revision(config, says, autogenerate=True, **how)
    if not isinstance(made, Script):
        sys.exit("nothing was written")
    file = Path(made.path)
    written = re.sub(r"\n *# ### .*", "", file.read_text("utf-8"))
    if "MOMENT" in written:
        written = written.replace(IMPORTED, f"{IMPORTED}\nfrom gateway.schema.tables import MOMENT\n", 1)
    file.write_text(written, "utf-8")
    return file


def _plain(kind: str, thing: object, _context: object) -> str | bool:
    """Write types as revisions do: the code's own may change."""
    return TYPES.get(type(thing).__name__, False) if kind == "type" else False


def _nobody(**_step: object) -> None:
    return


if __name__ == "__main__":
    main()
