"""Each party's mail domains: what lies in one of them, or below it, may be its address (D11)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import domains
from directory.model import REGION
from directory.municipalities import in_agreement


def test_every_party_has_a_domain_and_no_two_share_one():
    every = [domains.own(party) for party in (REGION, *(one.code for one in in_agreement()))]

    assert all(every)
    assert len(set().union(*every)) == sum(map(len, every))


@pytest.mark.parametrize(
    ("party", "email"),
    [
        ("751", "sikkerpost@aarhus.dk"),
        ("751", "sikkerpost@MKB.Aarhus.dk"),
        ("751", "sikkerpost@aarhus.example"),
        ("760", "social@rksk.dk"),
        ("741", "post@samsoe.dk"),
        ("region", "amk@rm.dk"),
    ],
)
def test_an_address_in_a_domain_of_its_own_or_below_one_fits(party, email):
    assert domains.fits(party, email)


@pytest.mark.parametrize(
    ("party", "email"),
    [
        ("751", "sikkerpost@viborg.dk"),
        ("751", "sikkerpost@notaarhus.dk"),
        ("751", "sikkerpost@aarhus.dk.evil.example"),
        ("751", "aarhus.dk@gmail.com"),
        ("630", "post@vejle.dk"),
        ("751", "sikkerpost@dk"),
    ],
)
def test_an_address_elsewhere_does_not(party, email):
    assert not domains.fits(party, email)


def test_an_administrator_may_allow_a_domain():
    assert domains.fits("751", "post@Faelles.example", ["faelles.example"])
    assert not domains.fits("751", "post@faelles.example", ["", "  "])


@given(st.text(max_size=40))
def test_nothing_fits_a_domain_by_accident(text):
    assert domains.fits("751", f"{text}@viborg.dk") is False
