"""Four eyes are two people's, unless a site says openly that one person keeps it."""

import pytest

from gateway.access.four_eyes import SamePerson, confirms_alone
from gateway.site.people import Person, Role

ANNE = Person("1", "Anne Testesen", Role.ADMIN)


@pytest.mark.parametrize("alone", [True, False])
def test_another_person_confirms(alone):
    assert confirms_alone("2", ANNE, alone=alone) is False


def test_the_same_person_does_not():
    with pytest.raises(SamePerson):
        confirms_alone("1", ANNE, alone=False)


def test_one_who_keeps_the_site_alone_does_and_it_is_told():
    assert confirms_alone("1", ANNE, alone=True) is True
