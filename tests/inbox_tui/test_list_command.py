"""The list as a command: the same words, the same views and the same search, one case a line (E10)."""

import pytest
from inbox_commands import NUMBER, WORKER

from gateway.site.people import Role
from tests.inbox_site import HOME_CARE, arrived, referral

ANNE = ("--as", WORKER)
OTHER = "2026-0043"


@pytest.fixture
def two(inbox):
    """Karen's case is new, Søren's is with the home care."""
    inbox.receive(arrived(referral("R08", citizen={"phone": "+45 95 00 09 99"}), OTHER))
    inbox("acknowledge", OTHER, *ANNE)
    inbox("forward", OTHER, HOME_CARE, *ANNE)
    return inbox


def numbers(inbox, *words, **how):
    return [case["number"] for case in inbox("list", *words, *ANNE, **how)["cases"]]


def test_each_case_is_one_line_in_the_words_of_the_screen(two):
    first, second = two.words("list", *ANNE).splitlines()
    assert first.startswith(f"{NUMBER}  ● Ny · Karen Testdal · ")
    assert f"{OTHER}  → Videresendt · Søren" in second
    assert "venter på Hjemmepleje" in second


def test_what_waits_is_summed_up_beside_the_list_and_never_in_the_json(two):
    two.words("list", *ANNE)
    assert two.errors.startswith("● 1 ny · → 1 ")
    two("list", *ANNE)
    assert two.errors == ""


def test_it_is_narrowed_and_ordered_as_on_the_screen(two):
    assert numbers(two) == [NUMBER, OTHER]
    assert numbers(two, "--only", "on-its-way") == [OTHER]
    assert numbers(two, "--only", "ended") == []
    assert set(numbers(two, "--order", "newest")) == {NUMBER, OTHER}
    assert numbers(two, "--department", "Hjemmepleje") == [OTHER]
    assert two("list", "--department", "folketinget", *ANNE, code=3)["error"] == "DEPARTMENT_UNKNOWN"
    two.words("list", "--only", "nonsense", *ANNE, code=2)


def test_what_is_searched_by_comes_from_standard_input_alone(two):
    """Nothing personal among a process's arguments; ended ones are found too, and only once they have ended so."""
    assert numbers(two, "--search", "-", typed="190668-7074\n") == [NUMBER]
    assert numbers(two, "--search", "-", typed="95 00 09 99") == [OTHER]
    assert numbers(two, "--search", "-", typed="aeroe") == [OTHER]
    assert numbers(two, "--search", "-", "--only", "new", typed="aeroe") == []
    two("withdraw", NUMBER, *ANNE)
    assert numbers(two) == [OTHER]
    assert numbers(two, "--search", "-", typed="karen") == [NUMBER]
    assert two.words("list", "--search", "-", *ANNE, typed="ingen").strip() == "Intet blev fundet."
    assert [entry[0] for entry in two.trail()[-2:]] == ["search", "list-cases"]


def test_an_empty_list_says_how_many_have_ended(inbox):
    inbox("withdraw", NUMBER, *ANNE)
    assert "1 er afsluttet: --only ended" in inbox.words("list", *ANNE)
    inbox.hire("Hans Testesen", Role.DEPARTMENT, department=HOME_CARE)
    assert "Ingen henvendelser endnu." in inbox.words("list", "--as", "Hans Testesen")
