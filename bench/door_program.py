"""The real door with the real storing, in a process of its own: `door_program.py FOLDER` says its port, and stays."""

import asyncio
import sys
from pathlib import Path

from smtp_load import HERE

from gateway.adapters.database import Database
from gateway.adapters.smtp_in import Doorkeeper, open_door
from gateway.adapters.tls import server_context
from gateway.exchange.arrivals import Store
from gateway.exchange.rows import ExchangeTable
from gateway.site.cipher import Vault
from gateway.site.log import start_log
from gateway.site.settings import LogSettings
from gateway.station import utc_now


async def serve(folder: Path) -> None:
    """Take mail until standard input ends; a line is logged for each, as Postfix logs several."""
    database = Database(f"sqlite:///{folder / 'door.db'}")
    database.create(ExchangeTable.metadata)
    store = Store(database, Vault.random(), utc_now, utc_now)
    keeper = Doorkeeper(frozenset({"intake@load.example"}), store, lambda: None)
    tls = server_context(folder / "certificate.pem", folder / "key.pem")
    door = await open_door(keeper, HERE, 0, tls, hostname=HERE)
    print(door.port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await door.close()
    database.close()


if __name__ == "__main__":
    with Path(sys.argv[1], "log").open("w", encoding="utf-8") as log:
        start_log(LogSettings(), into=log)
        asyncio.run(serve(Path(sys.argv[1])))
