"""A window that is closed ends what was drawn in it, also where no signal tells: nothing keeps a site's keys open."""

import errno
import os
import pty
import select
import subprocess
import sys

import pytest

from gateway.terminal.window import Pane

PATIENCE = 60
PROGRAM = """
from textual.widgets import Input
from gateway.terminal.app import TerminalApp
from gateway.terminal.entrance import Entrance
from textual.screen import Screen
import types

class Desk(Screen):
    def compose(self):
        yield Input(placeholder="ready")
    def on_mount(self):
        self.set_interval(0.01, self.draw_much)
    def draw_much(self):
        for _line in range(50):
            self.app._driver.write("x" * 100)
            self.app._driver.flush()

class Program(TerminalApp):
    def first_screen(self, person):
        return Desk()

person = types.SimpleNamespace(name="Anne")
door = types.SimpleNamespace(gone=lambda one: None, left=lambda one: print("left", file=open("told", "w")))
Program(Entrance(door, "Enhed", None, None, person=person), dark=True).run()
"""


def test_a_window_that_is_closed_while_much_is_drawn_ends_the_program_in_good_order(tmp_path):
    ours, theirs = pty.openpty()
    line = [sys.executable, "-c", PROGRAM]
    process = subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, start_new_session=True)
    try:
        os.close(theirs)
        seen = b""
        while b"ready" not in seen:
            assert select.select([ours], [], [], PATIENCE)[0]
            seen += os.read(ours, 1 << 16)
        os.close(ours)
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert (tmp_path / "told").read_text() == "left\n"


def test_what_is_drawn_where_nobody_sees_goes_nowhere_and_is_told_once(monkeypatch):
    asked = []
    monkeypatch.setattr(os, "kill", lambda *who: asked.append(who))

    class Gone:
        def write(self, _text):
            raise OSError(errno.EIO, "Input/output error")

        def flush(self):
            raise AssertionError("nothing is drawn any more")

    pane = Pane(Gone())
    for _line in range(3):
        pane.write("x")
        pane.flush()
    assert [who for who, _signal in asked] == [os.getpid()]


@pytest.mark.parametrize("end", ["gateway.desk.app.DeskApp", "inbox_tui.app.InboxApp"])
def test_both_terminals_draw_so(end):
    module, _dot, name = end.rpartition(".")
    app = getattr(__import__(module, fromlist=[name]), name)
    assert app.get_driver_class.__qualname__.startswith("TerminalApp")
