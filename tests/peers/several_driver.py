"""Runs several programs of ours as processes of their own; what they all load is loaded once, and then they part.

Reads lines of JSON, each a program, its words and the file it speaks into; answers each with the process's id.
"""

import json
import os
import sys

from gateway import __main__ as region
from inbox_tui import __main__ as municipality
from inbox_tui import program

MAIN = {"stafet-gateway": region.main, "stafet-inbox": municipality.main}
assert program.build


def become(name, words, log):
    """Be that program from here on."""
    null, file = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for ours, theirs in ((0, null), (1, file), (2, file)):
        os.dup2(theirs, ours)
    sys.argv[0] = name
    MAIN[name](words)


for line in iter(sys.stdin.readline, ""):
    if pid := os.fork():
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    else:
        become(*json.loads(line))
