"""Speak to a program of Mozilla's: messages of JSON, each with its length before it (Marionette, version 3)."""

import json
import socket
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Self

PATIENCE = 60.0
"""How long one answer may take, in seconds."""


class ProgramFailed(AssertionError):
    """What was asked of the program raised there; the text is the program's own."""


@dataclass
class Marionette:
    """One session, with the rights of the program itself. It ends with the program."""

    port: int
    line: socket.socket = field(init=False)
    heard: BinaryIO = field(init=False)
    count: int = 0

    def __enter__(self) -> Self:
        self.line = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE + 10)
        self.heard = self.line.makefile("rb")
        assert self._message()["marionetteProtocol"] == 3
        self("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
        self("Marionette:SetContext", value="chrome")
        self("WebDriver:SetTimeouts", script=int(PATIENCE * 1000))
        return self

    def __exit__(self, *_: object) -> None:
        self.heard.close()
        self.line.close()

    def __call__(self, command: str, **details: object) -> Any:
        """Give a command, and what it answers."""
        self.count += 1
        message = json.dumps([0, self.count, command, details]).encode()
        self.line.sendall(b"%d:%b" % (len(message), message))
        _, _, error, answer = self._message()
        if error:
            raise ProgramFailed(f"{error['error']}: {error['message']}\n{error.get('stacktrace', '')}")
        return answer.get("value", answer) if isinstance(answer, dict) else answer

    def run(self, script: str, *values: object) -> Any:
        """Run the body of an asynchronous function in the program's window; `values` are its `arguments`."""
        body = f"return (async () => {{ {script} }})()"
        return self("WebDriver:ExecuteScript", script=body, args=list(values), sandbox="system")

    def _message(self) -> Any:
        length = b""
        while (character := self.heard.read(1)) != b":":
            assert character, "the program has hung up"
            length += character
        return json.loads(self.heard.read(int(length)))
