"""Looking for a person in bytes: a text is searched for in every shape software is known to leave it in."""

import base64
import json
import quopri
import re
import urllib.parse
from pathlib import Path

import numpy as np

SHORTEST = 6
"""A text of fewer characters is found in noise by chance."""
START = 4
"""Octets by which a shape is first looked for."""


def shapes(text):
    """Give the bytes `text` may have become."""
    utf8 = text.encode()
    yield from {utf8, text.encode("latin-1", "ignore"), text.encode("utf-16-le"), text.encode("utf-16-be")}
    yield from (utf8.hex().encode(), utf8.hex().upper().encode())
    yield quopri.encodestring(utf8).rstrip(b"=\n")
    yield json.dumps(text)[1:-1].encode()
    yield urllib.parse.quote(text).encode()
    for way in {utf8, text.encode("latin-1", "ignore")}:
        yield from (in_base64(way, before) for before in range(3))


def in_base64(content, before):
    """Give what `content` surely becomes when `before` octets stand ahead of it in the group of three."""
    first, last = -(-before * 8 // 6), (before + len(content)) * 8 // 6
    return base64.b64encode(b"\0" * before + content)[first:last]


def pieces(text):
    """Cut a long text up, since a mail or a log may break its lines anywhere between two words."""
    return {word for word in re.split(r"\s+", text) if len(word) >= SHORTEST} or {text}


class Traces:
    """The texts of a person, and where they were found."""

    def __init__(self, texts):
        self._by_start = {}
        for text in texts:
            for shape in shapes(text):
                if len(shape) >= SHORTEST:
                    self._by_start.setdefault(int.from_bytes(shape[:START], "little"), []).append((shape, text))
        self._starts = np.array(sorted(self._by_start), dtype=np.uint32)

    def within(self, content):
        """List the texts that stand in `content`."""
        folded = content.replace(b"\r\n", b"").replace(b"\n", b"")  # base64 is broken into lines anywhere
        return self._in(content) | self._in(folded)

    def _in(self, content):
        """Look closer only where a shape could begin: there are thousands of shapes, and many megabytes."""
        octets = np.frombuffer(content, dtype=np.uint8).astype(np.uint32)
        if len(octets) < START:
            return set()
        words = octets[:-3] | octets[1:-2] << 8 | octets[2:-1] << 16 | octets[3:] << 24
        places = np.flatnonzero(np.isin(words, self._starts))
        here = ((at, one) for at in places.tolist() for one in self._by_start[int(words[at])])
        return {text for at, (shape, text) in here if content.startswith(shape, at)}

    def below(self, folder: Path):
        """List the files under `folder` that hold one of the texts, or are named after it."""
        found = {}
        for path in sorted(folder.rglob("*")):
            content = path.read_bytes() if path.is_file() else b""
            told = self.within(str(path.relative_to(folder)).encode() + b"\0" + content)
            if told:
                found[str(path.relative_to(folder))] = told
        return found
