"""A sample of what `make fuzz` does for an hour; and the watch that is kept is itself tried out."""

import logging

import pytest
from fuzz_hostile import MAILS
from fuzz_receiving import Receiving
from fuzz_targets import joined_targets
from fuzz_watch import CANARY, Target, judge, refuses

from gateway.exchange.arrivals import Outcome

SAMPLE, WHOLE_WAY, SEALED = 100, 80, 12
SEED = "make test"
PARSERS = [
    *("unwrap", "bounce", "look-inside", "reply", "payload", "referral", "body", "status-lines", "packets", "message"),
    *("public-key", "fingerprint", "contacts", "settings", "cpr", "phone", "hours", "plain"),
]
BOTH_ENDS = ["receive-unit", "receive-region"]


@pytest.fixture(scope="module")
def every(opened, tmp_path_factory):
    with joined_targets(opened, tmp_path_factory.mktemp("fuzz")) as targets:
        yield targets


def test_every_target_is_sampled(every):
    assert sorted(every) == sorted([*PARSERS, *BOTH_ENDS, *(f"{name}-sealed" for name in BOTH_ENDS)])


@pytest.mark.parametrize("name", PARSERS)
def test_whatever_a_parser_is_given_leads_to_an_answer_that_was_foreseen(every, name):
    target = every[name]

    found = [judge(target, at, target.case(SEED, at)) for at in range(len(target.seeds) + SAMPLE)]

    assert [one for one in found if one] == []


@pytest.mark.parametrize("name", BOTH_ENDS)
def test_whatever_mail_comes_is_answered_set_aside_or_refused(every, name):
    """And the sample reaches every end there is: mail that is always turned away would try nothing behind the door."""
    target = every[name]
    target.ends.outcomes.clear()

    found = [judge(target, at, target.case(SEED, at)) for at in range(len(MAILS) + WHOLE_WAY)]

    assert [one for one in found if one] == []
    assert set(target.ends.outcomes) == set(Outcome) - {Outcome.WAITING}


@pytest.mark.parametrize("name", BOTH_ENDS)
def test_with_real_keys_it_is_the_same(every, name):
    target = every[f"{name}-sealed"]

    found = [judge(target, at, target.case(SEED, at)) for at in range(len(MAILS), len(MAILS) + SEALED)]

    assert [one for one in found if one] == []


def test_the_same_seed_gives_the_same_inputs(every):
    for target in every.values():
        if not isinstance(target, Receiving):  # those are sealed anew each time
            assert [target.case(SEED, at) for at in range(40)] == [target.case(SEED, at) for at in range(40)]
            assert [target.case("1", at) for at in range(40, 80)] != [target.case("2", at) for at in range(40, 80)]


def stumbles(_data):
    raise KeyError("nobody thought of it")


def chats(data):
    logging.getLogger("stafet.test").warning("read %s", data.decode())


def quotes(data):
    raise ValueError(data.decode())


def quotes_what_it_hides(data):
    try:
        quotes(data)
    except ValueError:
        raise LookupError from None


@pytest.mark.parametrize("reader", [stumbles, chats, refuses(quotes, ValueError)])
def test_what_must_not_come_of_an_input_is_found(reader):
    target = Target("odd", reader, [CANARY.encode()], ())

    found = judge(target, 0, target.case(SEED, 0))

    assert found is not None
    assert CANARY not in found.what


def test_an_error_that_hides_its_cause_quotes_nothing():
    target = Target("odd", refuses(quotes_what_it_hides, LookupError), [CANARY.encode()], ())

    assert judge(target, 0, CANARY.encode()) is None


def test_computing_for_long_is_found(monkeypatch):
    monkeypatch.setattr("fuzz_watch.CPU_SECONDS", -1.0)

    assert "computing" in judge(Target("slow", bytes, [b""], ()), 0, b"").what
