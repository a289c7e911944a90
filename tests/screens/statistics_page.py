"""Make the picture of the statistics page: `make screenshots` writes docs/images/statistics.png, from invented figures.

It needs Chromium; without it, the picture that is there stays as it is.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from gateway.statistics.page import page
from gateway.statistics.suppression import fit_to_share
from tests.statistics.synthetic_year import region_year

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "statistics.png"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIZE = "1280,1790"
PATIENCE = 120


def photograph(browser: str, html: Path, picture: Path) -> None:
    """Let the browser draw the page in a home of its own."""
    line = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--force-device-scale-factor=1",
    ]
    line += [
        f"--user-data-dir={html.parent}/browser",
        f"--window-size={SIZE}",
        f"--screenshot={picture}",
        html.as_uri(),
    ]
    subprocess.run(line, check=True, capture_output=True, timeout=PATIENCE)


def main() -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.stderr.write("no Chromium here: docs/images/statistics.png stays as it is\n")
        return
    with tempfile.TemporaryDirectory(prefix="st-", ignore_cleanup_errors=True) as folder:
        html = Path(folder) / "statistics.html"
        html.write_bytes(page(fit_to_share(region_year())))
        photograph(browser, html, PICTURE)
    sys.stdout.write(f"{PICTURE}\n")


if __name__ == "__main__":
    main()
