"""Who signs in is who they say, and who guesses waits; either way it stands in the trail, without what was typed."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from databases import database_at, everything_in
from quick_databases import created
from sites import PASSWORD, Standing, utc_now
from sqlmodel import select

from gateway.access import passwords
from gateway.access.actions import Action
from gateway.access.credentials import Credentials
from gateway.access.errors import (
    PasswordExpired,
    PasswordMustChange,
    PasswordPoor,
    SignInRefused,
    SignInWait,
)
from gateway.access.sign_in import SignIn
from gateway.access.staff import Staff
from gateway.adapters.database import Database
from gateway.audit.rows import AuditTable, EntryRow
from gateway.site.cipher import Vault
from gateway.site.errors import LastAdmin, MayNot, PersonUnknown, VaultDamaged
from gateway.site.people import CredentialRow, People, PeopleTable, Person, Role

ANNE, BENT = "Anne Testesen", "Bent Prøvegaard"
WRONG = "Solen skinner på taget"
OWN = "Sneen dækker taget"
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


class Place:
    """A site's door: Anne keeps the site, Bent takes referrals, and both have a password."""

    def __init__(self, path):
        self.database, self.vault, self.clock = Database(database_at(path)), Vault.random(), Standing(utc_now())
        created(self.database, PeopleTable.metadata, AuditTable.metadata)
        self.enter = SignIn(self.database, self.vault, self.clock)
        self.staff = Staff(self.database, self.vault, self.clock, 14)
        self.anne, self.bent = self.hire(ANNE, Role.ADMIN), self.hire(BENT, Role.INTAKE)

    def hire(self, name, role):
        with self.database.session() as session:
            person = People(session, self.vault).add(name, role)
            Credentials(session, self.vault).put(person.id, PASSWORD)
        return person

    def trail(self):
        with self.database.reading() as session:
            return [(row.person_id, row.action, row.outcome) for row in session.exec(select(EntryRow))]

    def guess(self, times, name=BENT):
        for _ in range(times):
            with pytest.raises(SignInRefused):
                self.enter(name, WRONG)


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path / "door.db")
    yield made
    made.database.close()


def test_a_name_and_its_password_give_the_person(place):
    assert place.enter("bent prøvegaard", PASSWORD) == place.bent
    assert place.trail() == [(place.bent.id, "sign-in", "done")]


@pytest.mark.parametrize(("name", "who"), [(BENT, "bent"), ("Karen Testdal", None), ("", None)])
def test_a_wrong_name_and_a_wrong_password_are_refused_alike(place, name, who):
    with pytest.raises(SignInRefused) as refusal:
        place.enter(name, WRONG)
    assert str(refusal.value) == ""
    known = getattr(place, who).id if who else "unknown"
    assert place.trail() == [(known, "sign-in", "SIGN_IN_REFUSED")]


def test_an_unknown_name_costs_the_same_work(place, monkeypatch):
    worked = []
    matches = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda known, typed: worked.append(known) or matches(known, typed))
    hashings = []

    class Counting(PasswordHasher):
        def verify(self, known, typed):
            hashings.append(known)
            return super().verify(known, typed)

        def hash(self, typed):
            hashings.append(typed)
            return super().hash(typed)

    monkeypatch.setattr(passwords, "HASHER", Counting(time_cost=1, memory_cost=8, parallelism=1))
    for name in (BENT, "Karen Testdal"):
        with pytest.raises(SignInRefused):
            place.enter(name, WRONG)
    assert len(hashings) == len(worked) == 2
    assert worked[1] is None


def test_after_three_wrong_ones_even_the_right_one_waits(place):
    place.guess(3)
    with pytest.raises(SignInWait):
        place.enter(BENT, PASSWORD)
    place.clock.go(5 * SECOND)
    assert place.enter(BENT, PASSWORD) == place.bent
    place.guess(2)
    assert place.enter(BENT, PASSWORD) == place.bent, "a right one begins the count anew"
    assert [outcome for _who, _what, outcome in place.trail()][:5] == [*3 * ["SIGN_IN_REFUSED"], "SIGN_IN_WAIT", "done"]


def test_a_wait_says_until_when(place):
    place.guess(3)
    with pytest.raises(SignInWait, match=r"^[0-9]{1,2}\.[0-9]{2}\.[0-9]{2}$"):
        place.enter(BENT, WRONG)


def test_one_persons_wait_is_nobody_elses_and_an_unknown_name_waits_as_a_known_one_does(place):
    place.guess(3)
    assert place.enter(ANNE, PASSWORD) == place.anne
    place.guess(3, "Karen Testdal")
    for name in ("Karen Testdal", "  KAREN testdal"):
        with pytest.raises(SignInWait):
            place.enter(name, WRONG)
    assert place.enter(ANNE, PASSWORD) == place.anne


def test_to_wait_says_nothing_about_who_works_here(place):
    """Somebody who has made one unknown name wait learns nothing from how the next name is answered."""
    place.guess(3, "Karen Testdal")
    for name in (BENT, "Olga Prøve"):
        with pytest.raises(SignInRefused):
            place.enter(name, WRONG)


def test_the_wait_outlives_the_program(place):
    place.guess(3)
    with pytest.raises(SignInWait):
        SignIn(place.database, place.vault, place.clock)(BENT, PASSWORD)


def test_guesses_while_waiting_do_not_make_the_wait_longer(place):
    place.guess(3)
    for _ in range(50):
        with pytest.raises(SignInWait):
            place.enter(BENT, WRONG)
    place.clock.go(5 * SECOND)
    assert place.enter(BENT, PASSWORD) == place.bent


def test_a_clock_that_is_put_back_keeps_nobody_out_for_ever(place):
    place.guess(3)
    place.clock.go(-365 * DAY)
    with pytest.raises(SignInWait):
        place.enter(BENT, PASSWORD)
    place.clock.go(5 * SECOND)
    assert place.enter(BENT, PASSWORD) == place.bent


def test_a_clock_that_jumps_ahead_lets_one_guess_in_and_no_more(place):
    place.guess(3)
    place.clock.go(365 * DAY)
    place.guess(1)
    with pytest.raises(SignInWait):
        place.enter(BENT, PASSWORD)
    place.clock.go(9 * SECOND)
    with pytest.raises(SignInWait):
        place.enter(BENT, PASSWORD)


def test_guesses_at_the_same_moment_gain_nothing(place):
    """A right guess among many that were begun before any was judged is refused, unless it is one of the first."""

    def attempt(password):
        try:
            return place.enter(BENT, password).name
        except (SignInRefused, SignInWait) as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(attempt, [WRONG] * 24))
    assert told.count("SIGN_IN_REFUSED") == 3
    assert told.count("SIGN_IN_WAIT") == 21


def test_a_person_without_a_password_waits_for_the_administrator(place):
    """Such as one from a site that was made before there were passwords."""
    with place.database.session() as session:
        Credentials(session, place.vault).drop(place.bent.id)
    with pytest.raises(SignInRefused):
        place.enter(BENT, PASSWORD)
    _person, first = place.staff.reset(BENT, place.anne)
    assert place.enter.change(BENT, first.password, OWN) == place.bent
    assert place.enter(BENT, OWN) == place.bent


def test_a_hash_of_one_person_opens_nobody_elses_door(place):
    with place.database.session() as session:
        rows = {row.person_id: row for row in session.exec(select(CredentialRow))}
        assert PASSWORD.encode() not in rows[place.bent.id].locked_hash
        assert b"argon2" not in rows[place.bent.id].locked_hash
        rows[place.anne.id].locked_hash = rows[place.bent.id].locked_hash
    with pytest.raises(VaultDamaged):
        place.enter(ANNE, PASSWORD)


def test_a_hash_with_older_parameters_is_made_anew_at_the_next_sign_in(place, monkeypatch):
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    with place.database.reading() as session:
        assert passwords.is_outdated(Credentials(session, place.vault).of(place.bent.id).hash)
    place.enter(BENT, PASSWORD)
    with place.database.reading() as session:
        assert not passwords.is_outdated(Credentials(session, place.vault).of(place.bent.id).hash)
    assert place.enter(BENT, PASSWORD) == place.bent


def test_a_first_password_opens_its_own_change_and_nothing_else(place):
    karen, first = place.staff.add(Person("", "Karen Prøvesen", Role.INTAKE), place.anne)
    with pytest.raises(PasswordMustChange):
        place.enter(karen.name, first.password)
    for poor, reason in ((first.password, "same"), ("kort", "short"), ("karen prøvesen", "name")):
        with pytest.raises(PasswordPoor, match=reason):
            place.enter.change(karen.name, first.password, poor)
    place.enter.change(karen.name, first.password, OWN)
    assert place.enter(karen.name, OWN) == karen
    with pytest.raises(SignInRefused):
        place.enter(karen.name, first.password)


def test_a_first_password_that_nobody_used_expires(place):
    karen, first = place.staff.add(Person("", "Karen Prøvesen", Role.INTAKE), place.anne)
    place.clock.go(14 * DAY)
    for attempt in (place.enter, lambda *typed: place.enter.change(*typed, OWN)):
        with pytest.raises(PasswordExpired):
            attempt(karen.name, first.password)


def test_who_leaves_is_out_at_once_and_needs_a_new_first_password_to_come_back(place):
    place.staff.end(BENT, place.anne)
    with pytest.raises(SignInRefused):
        place.enter(BENT, PASSWORD)
    _bent, first = place.staff.add(place.bent, place.anne)
    assert first is not None
    with pytest.raises(SignInRefused):
        place.enter(BENT, PASSWORD)


def test_another_role_leaves_the_password_as_it_is(place):
    bent, first = place.staff.add(Person("", BENT, Role.ADMIN), place.anne)
    assert (bent.role, first) == (Role.ADMIN, None)
    assert place.enter(BENT, PASSWORD).role is Role.ADMIN


def test_the_trail_says_to_which_department_somebody_was_moved(place):
    """S30: it is that which decides what they see."""
    for department in ("social-og-psykiatri", "hjemmepleje"):
        place.staff.add(Person("", BENT, Role.DEPARTMENT, department), place.anne)
    with place.database.reading() as session:
        moved = select(EntryRow.detail).where(EntryRow.action == Action.ADD_PERSON).order_by(EntryRow.seq)
        told = [json.loads(detail) for detail in session.exec(moved)]
    assert [one.get("department") for one in told[-2:]] == ["social-og-psykiatri", "hjemmepleje"]


def test_a_new_first_password_forgives_wrong_guesses(place):
    place.guess(3)
    _bent, first = place.staff.reset(BENT, place.anne)
    assert place.enter.change(BENT, first.password, OWN) == place.bent


def test_a_password_somebody_else_chose_must_be_good_and_be_changed(place):
    with pytest.raises(PasswordPoor):
        place.staff.reset(BENT, place.anne, "kort")
    assert place.enter(BENT, PASSWORD) == place.bent, "nothing was done"
    place.staff.reset(BENT, place.anne, WRONG)
    with pytest.raises(PasswordMustChange):
        place.enter(BENT, WRONG)


@pytest.mark.parametrize(
    ("action", "attempt"),
    [
        (Action.LIST_STAFF, lambda staff, by: staff.listed(by)),
        (Action.ADD_PERSON, lambda staff, by: staff.add(Person("", "Karen Prøvesen", Role.ADMIN), by)),
        (Action.END_PERSON, lambda staff, by: staff.end(ANNE, by)),
        (Action.RESET_PASSWORD, lambda staff, by: staff.reset(ANNE, by)),
    ],
)
@pytest.mark.parametrize("role", [Role.SENDER, Role.INTAKE, Role.DEPARTMENT, Role.AUDITOR])
def test_only_an_administrator_changes_the_staff(place, action, attempt, role):
    who = place.hire("Olga Prøve", role)
    if (action, role) == (Action.LIST_STAFF, Role.AUDITOR):
        assert attempt(place.staff, who)
        return
    before = place.staff.listed(place.anne)
    with pytest.raises(MayNot):
        attempt(place.staff, who)
    assert place.trail()[-1] == (who.id, action.value, "MAY_NOT")
    assert place.staff.listed(place.anne) == before
    assert place.enter(ANNE, PASSWORD) == place.anne


def test_the_last_administrator_stays(place):
    for attempt in (
        lambda: place.staff.end(ANNE, place.anne),
        lambda: place.staff.add(Person("", ANNE, Role.AUDITOR), place.anne),
    ):
        with pytest.raises(LastAdmin):
            attempt()
    assert place.enter(ANNE, PASSWORD) == place.anne


def test_whoever_holds_the_machine_can_let_an_administrator_in_and_it_is_noted(place):
    anne, first = place.staff.recover(None)
    assert anne == place.anne
    assert place.trail()[-1] == ("console", "reset-password", "done")
    assert place.enter.change(ANNE, first.password, OWN) == place.anne


@pytest.mark.parametrize("name", [BENT, "Karen Testdal", ""])
def test_nobody_but_an_administrator_is_let_in_that_way(place, name):
    with pytest.raises(PersonUnknown):
        place.staff.recover(name)
    assert place.trail() == []


def test_with_several_administrators_one_must_be_named(place):
    place.hire("Olga Prøve", Role.ADMIN)
    with pytest.raises(PersonUnknown):
        place.staff.recover(None)
    assert place.staff.recover(ANNE)[0] == place.anne


def test_nothing_that_was_typed_lies_anywhere_in_clear(place, tmp_path):
    place.guess(2)
    with pytest.raises(SignInRefused):
        place.enter("Hemmelig Adgangskode 77", PASSWORD)
    _bent, first = place.staff.reset(BENT, place.anne)
    place.database.forget()
    files = everything_in(tmp_path / "door.db")
    for typed in (PASSWORD, WRONG, first.password, "Hemmelig", ANNE):
        assert typed.encode() not in files
