"""The command `run`: the daemon that sends and receives, and what works beside it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from gateway.commands.console import DONE, Arguments, Commands, Console
from gateway.daemon import Chore, Daemon
from gateway.doctor import files
from gateway.exchange.ports import Handler
from gateway.exchange.replies import TakeReply
from gateway.language import gettext as _
from gateway.monitor.watch import Watch
from gateway.site.log import Event, Log, start_log
from gateway.station import Opener, Station
from gateway.wire.letters import Kind

Handlers = Callable[[Station], Mapping[Kind, Handler]]
Chores = Callable[[Station], Sequence[Chore]]

log = Log("stafet.doctor")


def add_run(
    commands: Commands,
    open_site: Opener,
    handlers: Handlers,
    chores: Chores = lambda _station: (),
    take_reply: Callable[[Station], TakeReply | None] = lambda _station: None,
    *,
    watch: Callable[[Station], Watch],
) -> None:
    """Add `run`: the daemon. `chores` are what this end does by the clock, `take_reply` with an answer by hand.

    `watch` is what a monitor is told that only this end knows. With `--worker` it is a process beside the daemon.
    """

    def run(arguments: Arguments, console: Console) -> int:
        start_log(console.home.settings().log)
        for finding in files.open_to_others(console.home):
            log(Event.FILE_OPEN, code=finding.code, file=finding.told["file"])
        with open_site(console.home) as station:
            daemon = Daemon(station, handlers(station), chores(station), take_reply(station))
            asyncio.run(_work(daemon, console) if arguments.worker else _run(daemon, console, watch(station)))
        return DONE

    parser = commands.add_parser("run", help=_("run the daemon that sends and receives"))
    parser.add_argument(
        "--worker",
        action="store_true",
        help=_("send and take in beside the daemon that runs already, where one process is not enough"),
    )
    parser.set_defaults(run=run)


async def _work(worker: Daemon, console: Console) -> None:
    worker.stop_on_signals()
    await worker.run_beside(lambda: console.remark(_("At work beside the daemon. Stop with Ctrl+C.")))


async def _run(daemon: Daemon, console: Console, watch: Watch) -> None:
    from gateway.monitor.joined import Monitor  # noqa: PLC0415 - only a daemon is asked

    with ExitStack() as while_it_runs:

        def ready(port: int) -> None:
            console.remark(_("Ready on port {port}. Stop with Ctrl+C.").format(port=port))
            while_it_runs.enter_context(Monitor(daemon.station, daemon.rounds, watch).answering())

        daemon.stop_on_signals()
        await daemon.run(ready)
