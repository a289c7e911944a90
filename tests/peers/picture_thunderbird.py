"""Make the picture of a referral in Thunderbird: docs/images/thunderbird.png, from invented people and their keys."""

import sys
from pathlib import Path

sys.path.extend(map(str, Path(__file__).parents[1:3]))  # started as a program, it finds what the tests share there
import sites
from peer_post import Party
from thunderbird import thunderbird

from directory.model import REGION
from tests.inbox_site import referral

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "thunderbird.png"


def main() -> None:
    with sites.short_folder() as folder, sites.stations(folder) as stations:
        unit, region = Party(stations[sites.RANDERS]), Party(stations[REGION])
        with sites.line(stations, folder) as line:
            mail = sites.sealed(line.region, sites.referral(body={"referral": referral("R02")})).content
        with thunderbird(unit.name, unit.address) as program:
            program.brings(unit.secret, unit.key)
            program.accepts(region.certificate)
            program.arranged(region.name, region.address)
            shown = program.opens(mail)
            assert (shown.encrypted, shown.signed) == ("ok", "verified")
            PICTURE.write_bytes(program.picture())
    sys.stdout.write(f"{PICTURE}\n")


if __name__ == "__main__":
    main()
