"""What a service manager hands over: a secret of its own in the place of one of the site's files (systemd.exec(5))."""

import os
from pathlib import Path


def handed_over(file: Path) -> Path:
    """Give the service credential that is called as the file is, where there is one; else the file itself."""
    handed = Path(os.environ.get("CREDENTIALS_DIRECTORY", "")) / file.name
    return handed if handed.is_absolute() and handed.exists() else file
