"""Ways to spoil an input: bytes, lines of a mail, values of a JSON tree; alike for the same random source."""

import json
import re
from collections.abc import Callable, Sequence
from random import Random

Spoil = Callable[[Random, bytes, Sequence[bytes]], bytes]
"""Takes the random source, the input, and other inputs to take pieces from."""

LONGEST = 300_000
"""Inputs are kept below this, so that a case costs little; larger ones stand in the corpus, as they are."""

TOKENS = (
    *(b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\0", b"\t", b"\x85", b"\x1b]52;c;aGVq\x07", b"\xff\xfe", b"\xed\xa0\x80"),
    *("\u2028\u2029\u0085\u202e\u200b\ufeff".encode(), "\u0660\u0661\uff11".encode(), "𝟙K".encode(), b"\xc3\x28"),
    *(
        b"--boundary\r\n",
        b"--boundary--\r\n",
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n',
        b"=?utf-8?Q?=FF?=",
    ),
    *(b"=?x-nosuch?B?////?=", b"Content-Transfer-Encoding: x-uuencode\r\n", b"Content-Type: message/rfc822\r\n\r\n"),
    *(
        b"; charset=x-nosuch",
        b"; a*0*=utf-8''%FF; a*1=b",
        b"; a*9999999999999=1",
        b"From: a@b.example\r\n",
        b"HP-Outer: ",
    ),
    *(b"-----BEGIN PGP MESSAGE-----\n", b"-----END PGP MESSAGE-----\n", b"=AAAA\n", b"[GNUPG:] GOODSIG ", b"(" * 50),
    *(
        b"null",
        b"true",
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 400,
        b"-0",
        b"[[[[",
        b'{"a":',
        b'"\\ud800"',
        b'"\\u0000"',
    ),
    *(
        b"2026-02-30T25:61:00+99:99",
        b"0001-01-01T00:00:00+00:01",
        b"9999-12-31T23:59:59-23:59",
        b"%s%n{0}{x}",
        b";",
        b'"',
    ),
)

VALUES = (
    *(None, True, 0, -1, 2**31, 2**63, 2**200, 1.5, 1e308, "", " ", "x" * 501, "x" * 20_001, "\ud800", "\0", "\x1b[2J"),
    *("\u202e", "\u2028a", "e\u0301" * 40, [], {}, [[]], [None], {"": None}, [{}] * 60, "[/]", "[@click=app.quit]x[/]"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-22T08:00:00", "2026-11-22", 1763800000, "NaN"),
    *("2026-11-22T08:00:00+01:00", "2199-12-31T23:59:59Z", "1900-01-01T00:00:00Z", "31029-0001", "310299-0000", "١٢٣"),
)


def spoiled(random: Random, seed: bytes, others: Sequence[bytes], ways: Sequence[Spoil]) -> bytes:
    """Spoil `seed` in one to five ways; now and then leave it as it is."""
    for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        seed = random.choice(ways)(random, seed, others)[:LONGEST]
    return seed


def _place(random, data):
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 1, 2, 4, 16, 64, 1024)))


def flip(random, data, _others):
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def put(random, data, _others):
    at, _end = _place(random, data)
    return data[:at] + random.choice(TOKENS) + data[at:]


def overwrite(random, data, _others):
    start, end = _place(random, data)
    return data[:start] + random.randbytes(end - start) + data[end:]


def leave_out(random, data, _others):
    start, end = _place(random, data)
    return data[:start] + data[end:]


def truncate(random, data, _others):
    return data[: random.randrange(len(data) + 1)]


def repeat(random, data, _others):
    start, end = _place(random, data)
    return data[:start] + data[start:end] * random.choice((2, 3, 70, 1000)) + data[end:]


def splice(random, data, others):
    other = random.choice(others)
    start, end = _place(random, data)
    there = random.randrange(len(other) + 1)
    return data[:start] + other[there : there + random.choice((8, 200, 100_000))] + data[end:]


def line_ends(random, data, _others):
    return data.replace(b"\r\n", b"\n").replace(b"\n", random.choice((b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r")))


def numbers(random, data, _others):
    """Put a huge or odd number where a number stands."""
    found = list(re.finditer(rb"[0-9]+", data))
    if not found:
        return data
    one = random.choice(found)
    value = random.choice((b"0", b"-1", b"4294967296", b"9" * 30, b"9" * 5000, b"00", "٣".encode(), b"1_0"))
    return data[: one.start()] + value + data[one.end() :]


def letter_case(random, data, _others):
    start, end = _place(random, data)
    return data[:start] + data[start:end].swapcase() + data[end:]


def charset(random, data, _others):
    """Write it, or a part of it, in another character set."""
    start, end = random.choice(((0, len(data)), _place(random, data)))
    text = data[start:end].decode("utf-8", "replace")
    return (
        data[:start] + text.encode(random.choice(("utf-16", "utf-7", "latin-1", "utf-8-sig")), "replace") + data[end:]
    )


BYTES = (flip, put, overwrite, leave_out, truncate, repeat, splice, line_ends, numbers, letter_case, charset)


def line_twice(random, data, _others):
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    at = random.randrange(len(lines))
    return b"".join([*lines[:at], *lines[at : at + 1] * random.choice((2, 2, 3, 50, 400)), *lines[at:]])


def line_gone(random, data, _others):
    lines = data.splitlines(keepends=True)
    at = random.randrange(len(lines) + 1)
    return b"".join(lines[:at] + lines[at + random.choice((1, 1, 2, 8)) :])


def lines_swapped(random, data, _others):
    lines = data.splitlines(keepends=True)
    if lines:
        here, there = random.randrange(len(lines)), random.randrange(len(lines))
        lines[here], lines[there] = lines[there], lines[here]
    return b"".join(lines)


def folded(random, data, _others):
    """Break a line in two, as a header is folded."""
    at, _end = _place(random, data)
    return data[:at] + random.choice((b"\r\n ", b"\r\n\t", b"\n ", b"\r\n")) + data[at:]


def nested(random, data, _others):
    """Wrap a mail into others, deep."""
    deep = random.choice((1, 2, 20, 500))
    head = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(deep))
    return head + data


MAIL = (*BYTES, line_twice, line_gone, lines_swapped, folded, nested)


def json_value(random, data, _others):
    """Change one value of a JSON tree; what is no JSON stays as it is."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return data
    places = _places(tree)
    if places:
        holder, name = random.choice(places)
        _change(random, holder, name)
    return json.dumps(tree, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _places(tree):
    places, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        names = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        places += [(node, name) for name in names]
        waiting += [node[name] for name in names]
    return places


def _change(random, holder, name):
    match random.randrange(6):
        case 0 if isinstance(holder, dict):
            del holder[name]
        case 1:
            holder[name] = [holder[name]]
        case 2:
            for _ in range(random.choice((1, 40, 150))):
                holder[name] = {"a": holder[name]}
        case 3 if isinstance(holder, dict):
            holder[str(random.choice(VALUES))[:40]] = holder.pop(name)
        case 4 if isinstance(holder[name], str):
            at = random.randrange(len(holder[name]) + 1)
            holder[name] = holder[name][:at] + str(random.choice(VALUES)) + holder[name][at:]
        case _:
            holder[name] = random.choice(VALUES)


def json_key_twice(random, data, _others):
    """Write a key of a JSON object twice, as no library would."""
    found = list(re.finditer(rb'"[a-z_]+":', data))
    if not found:
        return data
    one = random.choice(found)
    return data[: one.start()] + one[0] + b" null, " + data[one.start() :]


def json_deep(random, data, _others):
    """Open more brackets than anyone reads."""
    at, _end = _place(random, data)
    return data[:at] + random.choice((b"[", b'{"a":')) * random.choice((33, 1000, 40_000)) + data[at:]


JSON = (json_deep, json_value, json_value, json_value, json_value, json_value, json_key_twice, *BYTES)
TEXT = (*BYTES, line_twice, line_gone, lines_swapped)
