"""`stafet-inbox database move` in a process of its own, which ends itself by a signal at a point that is named.

python killed_move.py POINT SIGNAL WORD...
"""

import os
import signal
import sys

from gateway.commands import database_move
from gateway.site.home import Home
from inbox_tui.__main__ import main


def ended_at(point: str, how: signal.Signals) -> None:
    """Let this process end at a point: begun, midway, all copied, or committed."""

    def end(*_given: object) -> None:
        os.kill(os.getpid(), how)

    def at(done: int, whole: int) -> bool:
        return {"begun": done == 0, "midway": whole // 2 <= done < whole, "all copied": done == whole}[point]

    if point == "committed":
        Home.write_settings = end
    else:
        database_move._Progress.__call__ = lambda _self, done, whole: end() if at(done, whole) else None


if __name__ == "__main__":
    ended_at(sys.argv[1], signal.Signals[sys.argv[2]])
    main(sys.argv[3:])
