"""Back up and restore as the commands do, in the test's own process."""

from contextlib import contextmanager

import sites

from gateway.backup.make import BackUp
from gateway.backup.restore import Restore
from gateway.station import Clocks, open_as, utc_now
from inbox_tui import bootstrap
from inbox_tui.bootstrap import open_municipality
from keys.locked_file import new_recovery_code

CODE = new_recovery_code()


def flow(station, **changes):
    fields = {"settings": station.settings, "progress": lambda _step: None} | changes
    settings, progress = fields["settings"], fields["progress"]
    clock = station.clocks.machine
    return BackUp(station.home, settings, station.database, station.tables, station.keyring, clock, progress)


def admin(station):
    return station.sign_in("Mette Testgaard", sites.PASSWORD)


def back_up(home, target, **changes):
    with open_municipality(home) as station:
        return flow(station, **changes)(target, CODE, admin(station))


@contextmanager
def opened_as(home, settings):
    with open_as(home, settings, Clocks(), bootstrap.BRANCH) as station:
        yield station


def restore(file, home, code=CODE, **changes):
    return Restore(**{"open_as": opened_as, "clock": utc_now} | changes)(file, home, code)
