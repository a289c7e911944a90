"""A Web Key Directory as mail programs look it up (draft-koch-openpgp-webkey-service, section 3.1)."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from key_parties import plain_gpg

from keys.certificate import inspect_public
from keys.errors import AddressNotInKey, ImportRefused, NotAKey, NotAnAddress, SecretMaterial
from keys.wkd import Method, path, tree

JOE = "iy9q119eutrkn8s1mk4r39qejnbu3n5q"


@pytest.mark.parametrize("address", ["Joe.Doe@Example.ORG", "joe.doe@example.org", "JOE.DOE@EXAMPLE.ORG"])
def test_the_example_of_the_draft_lies_where_the_draft_says(address):
    assert path(address) == PurePosixPath(
        f"openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/{JOE}",
    )
    assert path(address, Method.DIRECT) == PurePosixPath(f"example.org/.well-known/openpgpkey/hu/{JOE}")


@pytest.mark.parametrize(
    "address", ["gateway@region.example", "Sikker.Post+x@by.example", "a@b.example", "o'hara_{1}@x-y.z.example"]
)
def test_gpg_looks_for_a_key_at_the_same_place(make_ring, address):
    ring = make_ring()
    key = ring.generate(f"Somebody <{address}>")
    shown = plain_gpg(ring, "--with-wkd-hash", "--list-keys", key).decode()
    assert f"{path(address).name}@{address.rpartition('@')[2]}" in shown


ANY_ADDRESS = st.from_regex(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", fullmatch=True)


@given(ANY_ADDRESS)
def test_an_address_is_one_file_name_whatever_it_holds(local):
    for method in Method:
        place = path(f"{local}@by.example", method)
        assert len(place.name) == 32
        assert set(place.name) <= set("ybndrfg8ejkmcpqxot1uwisza345h769")
        assert place == path(f"{local.upper()}@BY.example", method)
        assert ".." not in place.parts


@pytest.mark.parametrize(
    "address",
    [
        *("", "@", "a", "a@", "@by.example", "a@example", "a b@by.example", "a@by .example", "a@b@by.example"),
        *("a@../../etc", "a@by.example/..", "a@/etc/passwd", "a@..", "a@.by.example", "a@by..example", "a@-by.example"),
        *(
            "a@by.example\n",
            "a\n@by.example",
            "a@by.example\x00",
            "å@by.example",
            "a@blå.example",
            "a" * 65 + "@b.example",
        ),
        *("<a@by.example>", "A <a@by.example>", "a@" + "b" * 64 + ".example", "a@" + "b." * 130 + "example"),
    ],
)
def test_what_is_no_plain_address_has_no_place(address):
    for method in Method:
        with pytest.raises(NotAnAddress):
            path(address, method)


def test_the_tree_holds_the_key_for_both_methods_and_a_policy_for_each(region):
    files = tree({"gateway@region.example": [region.public]})
    key = region.ring.certificate(region.key).binary
    name = path("gateway@region.example").name
    assert {str(place): content for place, content in files.items()} == {
        f"openpgpkey.region.example/.well-known/openpgpkey/region.example/hu/{name}": key,
        "openpgpkey.region.example/.well-known/openpgpkey/region.example/policy": b"",
        f"region.example/.well-known/openpgpkey/hu/{name}": key,
        "region.example/.well-known/openpgpkey/policy": b"",
    }
    assert inspect_public(key).fingerprint == region.key


def test_two_addresses_do_not_get_in_each_other_s_way(region, municipality):
    files = tree({"gateway@region.example": [region.public], "intake@by.example": [municipality.public]})
    assert len(files) == 8
    assert files[path("gateway@region.example")] != files[path("intake@by.example")]


def test_a_key_that_has_ended_may_follow_its_successor(make_party):
    """Section 3.1: keys of one address come as one row of binary blocks."""
    site = make_party("Site <site@party.example>")
    following = site.ring.generate("Site <site@party.example>")
    files = tree({"site@party.example": [site.ring.export_public(following), site.public]})
    blocks = [site.ring.certificate(key).binary for key in (following, site.key)]
    assert files[path("site@party.example")] == b"".join(blocks)


@pytest.mark.parametrize("address", ["other@region.example", "gateway@other.example", "gateway@region.example.example"])
def test_a_key_without_that_address_is_not_published_under_it(region, address):
    with pytest.raises(AddressNotInKey):
        tree({address: [region.public]})


def test_an_address_that_only_looks_like_one_in_the_user_id_is_not_carried(make_party):
    for user_id in ("gateway@region.example <m@else.example>", "x (gateway@region.example) <m@else.example>"):
        mallory = make_party(user_id)
        with pytest.raises(AddressNotInKey):
            tree({"gateway@region.example": [mallory.public]})


def test_case_does_not_matter(make_party):
    site = make_party("Site <Sikker.Post@Party.example>")
    assert path("sikker.post@party.example") in tree({"sikker.POST@PARTY.example": [site.public]})


def test_a_secret_key_or_rubbish_is_never_published(make_party):
    site = make_party("Site <site@party.example>")
    with pytest.raises(SecretMaterial):
        tree({"site@party.example": [site.gpg("--armor", "--export-secret-keys", site.key)]})
    with pytest.raises(SecretMaterial):
        tree({"site@party.example": [site.gpg("--export-secret-keys", site.key)]})
    with pytest.raises(NotAKey):
        tree({"site@party.example": [b"rubbish"]})
    with pytest.raises(ImportRefused):
        tree({"site@party.example": [site.public + site.public]})
