"""What the doctor says of a server the database lies on: how it is reached, and what it promises to keep."""

from types import SimpleNamespace

import pytest

from gateway.doctor import storage, words
from gateway.doctor.findings import Check, Grade
from gateway.doctor.storage_words import SAID

AS_IT_SHOULD = {
    "version": "15.18",
    "number": 150018,
    "encoding": "UTF8",
    "writes_through": True,
    "waits": True,
    "here": True,
    "sealed": False,
}
ELSEWHERE = {"here": False, "sealed": True}


def found(sslmode=None, **told):
    """Look at a server that says this of itself."""
    url = SimpleNamespace(query={"sslmode": sslmode} if sslmode else {})
    bind = SimpleNamespace(dialect=SimpleNamespace(name="postgresql"), engine=SimpleNamespace(url=url))
    row = SimpleNamespace(one=lambda: SimpleNamespace(**AS_IT_SHOULD | told))
    session = SimpleNamespace(get_bind=lambda: bind, execute=lambda _asked: row)
    return list(storage.examine(None, session))


@pytest.mark.parametrize(
    ("sslmode", "told", "codes"),
    [
        (None, {}, ["SERVER_HERE"]),
        ("verify-full", ELSEWHERE, ["SERVER_BY_TLS"]),
        ("verify-ca", ELSEWHERE, ["SERVER_BY_TLS"]),
        ("require", ELSEWHERE, ["SERVER_UNPROVED"]),
        (None, ELSEWHERE, ["SERVER_UNPROVED"]),
        (None, ELSEWHERE | {"sealed": False}, ["SERVER_IN_CLEAR"]),
        (None, {"number": 120017, "version": "12.17"}, ["SERVER_TOO_OLD", "SERVER_HERE"]),
        (None, {"encoding": "LATIN1"}, ["SERVER_NOT_UTF8", "SERVER_HERE"]),
        (None, {"writes_through": False}, ["SERVER_FORGETS", "SERVER_HERE"]),
        (None, {"waits": False}, ["SERVER_FORGETS", "SERVER_HERE"]),
    ],
)
def test_each_thing_a_site_needs_of_a_server_is_looked_at(sslmode, told, codes):
    assert [one.code for one in found(sslmode, **told)] == codes


def test_what_is_in_order_is_said_with_the_version_and_what_is_not_with_what_to_do():
    (well,) = found()
    assert (well.check, well.grade) == (Check.DATABASE, Grade.WELL)
    assert "15.18" in words.line(well)
    assert words.advice(well) == ()
    (clear,) = found(here=False)
    assert clear.grade is Grade.BAD
    assert "sslmode=verify-full" in words.advice(clear)[1]


def test_every_code_has_its_words():
    given = {one.code for told in ({}, ELSEWHERE, {"here": False}) for one in found(**told)}
    given |= {one.code for one in found(number=1, encoding="X", waits=False)}
    given |= {one.code for one in found("verify-full", **ELSEWHERE)}
    assert given == set(SAID)
