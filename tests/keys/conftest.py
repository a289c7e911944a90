"""Parties with real GnuPG homes: short paths, and their agents ended afterwards."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime

import pytest
from key_parties import Party, first_fingerprint, new_ring, plain_gpg

from keys.keyring import Keyring


@pytest.fixture
def make_ring() -> Iterator[Callable[[], Keyring]]:
    """Rings for one test."""
    with ExitStack() as rings:
        yield lambda: rings.enter_context(new_ring())


@pytest.fixture
def make_party(make_ring) -> Callable[..., Party]:
    """Parties for one test, which it may change as it likes."""

    def make(user_id: str = "Somebody <somebody@party.example>") -> Party:
        ring = make_ring()
        return Party(ring, ring.generate(user_id))

    return make


@pytest.fixture
def make_old_party(make_ring) -> Callable[..., Party]:
    """Parties whose key was made at another time and lives for so long (gpg's notation)."""

    def make(made_at: datetime, lifetime: str) -> Party:
        ring = make_ring()
        then = ("--faked-system-time", f"{made_at:%Y%m%dT%H%M%S}!")
        plain_gpg(ring, *then, "--quick-generate-key", "Old <old@party.example>", "ed25519", "cert,sign", lifetime)
        key = first_fingerprint(ring)
        plain_gpg(ring, *then, "--quick-add-key", key, "cv25519", "encr", lifetime)
        return Party(ring, key)

    return make


@pytest.fixture(scope="session")
def parties() -> Iterator[tuple[Party, Party, Party]]:
    """Region, municipality and stranger, who all know each other. No test may change them."""
    with ExitStack() as rings:
        names = ("Præhospitalet <gateway@region.example>", "Børnehuset <intake@by.example>", "Mallory <m@else.example>")
        all_three = [Party(ring := rings.enter_context(new_ring()), ring.generate(name)) for name in names]
        for party in all_three:
            for other in all_three:
                if other is not party:
                    party.meet(other)
        yield tuple(all_three)


@pytest.fixture
def region(parties) -> Party:
    return parties[0]


@pytest.fixture
def municipality(parties) -> Party:
    return parties[1]


@pytest.fixture
def stranger(parties) -> Party:
    return parties[2]
