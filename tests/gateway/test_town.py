"""Both ends for real, daemons and all: what a referral meets on a good day, and through a post office that fails."""

from datetime import timedelta

import pytest

from gateway.referring.example import example
from gateway.station import utc_now
from inbox_tui.demo.journey import travel
from inbox_tui.demo.post_office import NOT_NOW

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_referral_reaches_a_named_person_and_the_region_sees_it(town):
    journey = await travel(town, "good day", example("730", utc_now()))
    assert (journey.outcome, journey.states[-1], journey.acknowledged_by) == (
        *("accepted", "acknowledged", "Birgit Prøvegaard"),
    )
    assert "received" in journey.states
    assert journey.receipt_digest_ok


async def test_a_post_office_that_says_not_now_only_delays(town, monkeypatch):
    monkeypatch.setattr("gateway.exchange.delivery.FIRST_RETRY", timedelta(milliseconds=10))
    office, refusals = type(town.post_office), []
    real = office.handle_DATA

    async def moody(self, server, session, envelope):
        if len(refusals) < 2:
            refusals.append(envelope.rcpt_tos[0])
            return NOT_NOW
        return await real(self, server, session, envelope)

    monkeypatch.setattr(office, "handle_DATA", moody)
    journey = await travel(town, "bad day", example("730", utc_now()))
    assert len(refusals) == 2
    assert journey.acknowledged_by == "Birgit Prøvegaard"
    assert journey.states[:2] == ("queued", "sent")


async def test_every_byte_that_crossed_is_sealed(town):
    """A test reads every byte on the wire: there is no plaintext fallback."""
    await travel(town, "wire", example("730", utc_now()))
    crossed = [path.read_bytes() for path in (town.folder / "wire").iterdir()]
    assert len(crossed) >= 4
    for mail in crossed:
        assert mail.count(b"-----BEGIN PGP MESSAGE-----") == 1
        assert not any(word in mail for word in (b"Karen", b"190668", b"Birgit", b"2026-0", b"Henvend", b"Kvittering"))
