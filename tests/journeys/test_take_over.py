"""Somebody tries to take a municipality's place: its address, its phone, or its key at the region.

Whoever manages that gets every referral about its citizens. Everything tried here is refused, stands in the log, and
can be seen: in the quarantine, in the refused arrivals, or among the changes.
"""

import subprocess
from dataclasses import replace

import contact_ends as ends
import pytest
import sites
from contact_ends import DAY, NEW_ADDRESS, NEW_PHONE, OLD_PHONE, called, changes, contact
from sites import FAVRSKOV, RANDERS

from directory.book import AddressBook
from directory.changes import Stand
from directory.errors import AddressTaken, KeyTaken, WrongDomain
from directory.model import REGION, PinnedKey
from gateway import upkeep
from gateway.access.four_eyes import SamePerson
from gateway.audit.rows import EntryRow
from gateway.contacts.errors import ChangeGone, WrongNumber
from gateway.contacts.model import Wanted
from gateway.exchange import arrivals
from gateway.exchange.rows import ArrivalRow
from gateway.site.errors import MayNot, PersonGone
from gateway.site.people import Person, Role
from gateway.wire import envelope as mail
from gateway.wire import payload as wire
from gateway.wire.keeping import ContactChange, KeyChange, statement
from gateway.wire.letters import Kind, Letter, new_id
from keys import passphrase, signing
from keys.errors import ImportRefused
from keys.keyring import Keyring


@pytest.fixture
def anne(region):
    return ends.admin(region, "Anne Testesen")


@pytest.fixture
def bo(region):
    return ends.admin(region, "Bo Prøvegaard")


@pytest.fixture(autouse=True)
def listening(region):
    """The region takes letters about the line; what it believed at first must be what it believes at the end."""
    region.handlers.update(upkeep.handlers(region.station))
    before = believed(region)
    yield
    assert believed(region) == before


def believed(region):
    """Tell how Randers is reached, and by which key."""
    at = ends.active(region)
    return (at.email, at.phone), [pin.fingerprint for pin in ends.pins(region) if pin.valid_to is None]


def take_over(**told):
    """Write the letter that a taker-over would want believed."""
    body = ContactChange(
        unit_name="Indgangen",
        email=told.pop("email", NEW_ADDRESS),
        phone=NEW_PHONE,
        valid_from=told.pop("valid_from", sites.utc_now()),
        written_by="Mallory",
    )
    return Letter(Kind.CONTACT_CHANGE, new_id(), REGION, "", body.written() | told)


def crossing(by, letter, contact_=None):
    return sites.sealed(by, letter, contact=contact_ or sites.contact_of(REGION)).content


def whats_open(region, anne):
    return [change for change in changes(region).listed(anne) if change.is_open]


def assert_kept_apart(region, raw, *reasons):
    """It stands in the quarantine and in the log, and nobody was answered."""
    answers = len(region.receipts())
    outcome, reason = region.take(raw)
    assert (outcome, reason in reasons) == ("quarantined", True), (outcome, reason)
    with region.database.reading() as session:
        assert arrivals.quarantine(session)[0].reason == reason
    assert ("quarantine", "", reason) in ends.trail(region)
    assert len(region.receipts()) == answers


def assert_refused(region, raw, reason, why=""):
    """It was answered with a refusal, which stands in the log with what it was about."""
    assert region.take(raw) == ("refused", reason)
    assert region.said(region.receipts()[-1])["verdict"] == "fatal-error"
    entry = [row for row in region.rows(EntryRow) if row.action == "refuse-letter"][-1]
    assert entry.outcome == reason
    assert why in entry.detail


# By letter: the address


def test_a_change_nobody_signed(region, randers):
    outside = mail.Outside(randers.address, region.address, new_id(), randers.clock())
    content = mail.fill(outside, mail.Words("Nye oplysninger", "Tekst"), b"{}", automatic=False)
    made = randers.station.keyring.gpg.encrypt(
        content, [region.key], armor=True, always_trust=True, extra_args=["--compress-algo", "none"]
    )
    assert_kept_apart(region, mail.wrap(made.data, outside), "UNSIGNED")


def test_a_change_another_municipality_signed_in_its_name(region, randers, favrskov):
    """The seal is Favrskov's: whatever the headers and the letter say, it is Favrskov's letter."""
    letter = take_over()
    outside = mail.Outside(randers.address, region.address, new_id(), favrskov.clock())
    reader = wire.address(REGION, region.address, region.key)
    for sender in (randers.station.own.on_the_wire, favrskov.station.own.on_the_wire):
        payload = wire.written(letter, sender=sender, reader=reader, now=favrskov.clock()).encoded()
        for headers in (outside, replace(outside, sender=favrskov.address)):
            raw = sites.forged(favrskov, payload, headers, reader=region.key)
            if sender == favrskov.station.own.on_the_wire and headers.sender == favrskov.address:
                continue  # its own letter about itself
            assert_kept_apart(region, raw, "SENDER_DIFFERS", "ENVELOPE_DISAGREES")


def test_a_change_about_another_party_is_only_ever_about_who_signed_it(region, favrskov, anne):
    """There is no field for whose contact it is, and one that is added is not read."""
    assert_refused(region, crossing(favrskov, take_over(party=RANDERS)), "UNREADABLE", "WRONG_DOMAIN")
    assert_refused(region, crossing(favrskov, take_over()), "UNREADABLE", "WRONG_DOMAIN")
    taken = take_over(email=sites.UNITS[RANDERS][1])
    assert_refused(region, crossing(favrskov, taken), "UNREADABLE", "WRONG_DOMAIN")
    assert whats_open(region, anne) == []


def test_the_headers_of_a_true_letter_turned_to_another_sender(region, randers, favrskov):
    raw = crossing(favrskov, take_over(email="ny@favrskov.example"))
    turned = raw.replace(favrskov.address.encode(), randers.address.encode())
    assert turned != raw
    assert_kept_apart(region, turned, "SENDER_DIFFERS", "ENVELOPE_DISAGREES")


def test_a_change_by_a_stolen_key_after_it_was_revoked(region, randers, anne):
    """Also one that was signed before, and arrives now: what a stolen key says of its own date proves nothing."""
    earlier = crossing(randers, take_over())
    with region.database.session() as session:
        AddressBook(session).revoke(RANDERS, region.clock())
    try:
        assert_kept_apart(region, earlier, "WRONG_SIGNER", "UNKNOWN_SIGNER")
        assert_kept_apart(region, crossing(randers, take_over()), "WRONG_SIGNER", "UNKNOWN_SIGNER")
        assert whats_open(region, anne) == []
        again = Wanted(RANDERS, None, ends.certificate(randers), randers.key)
        with pytest.raises(KeyTaken):
            changes(region).propose(again, anne)
    finally:
        _unrevoke(region, randers)


def test_a_change_by_a_key_that_has_been_replaced(region, randers, favrskov, anne):
    """The retired key cannot backdate: what counts is when the letter came."""
    written_before = crossing(randers, take_over())
    with region.database.session() as session:
        AddressBook(session).forget(FAVRSKOV, region.clock())
        AddressBook(session).pin_instead(
            PinnedKey(RANDERS, favrskov.key, ends.certificate(favrskov), region.clock(), None, "test")
        )
    region.clock.go(sites.MINUTE)
    try:
        assert_kept_apart(region, written_before, "WRONG_SIGNER", "UNKNOWN_SIGNER")
        assert_kept_apart(region, crossing(randers, take_over()), "WRONG_SIGNER", "UNKNOWN_SIGNER")
        assert whats_open(region, anne) == []
    finally:
        _unrevoke(region, randers)


def _unrevoke(region, randers):
    """Put the book back for what every test ends with."""
    ends.forget(region)
    region.knows(randers)


def test_the_same_letter_again_is_a_copy_also_when_it_was_refused_by_people(region, randers, anne, bo):
    raw = crossing(randers, take_over())
    assert region.take(raw) == ("taken", "")
    (change,) = whats_open(region, anne)
    assert (change.by_letter, change.proposed_by, change.numbers_to_call) == (True, RANDERS, (OLD_PHONE,))
    changes(region).refuse(change.id, bo, "NOT_THEIRS")

    assert region.take(raw) == ("duplicate", "")
    assert whats_open(region, anne) == []


def test_an_older_letter_after_a_newer_one(region, randers, anne):
    """Whoever held it back lets it go when the newer one is forgotten."""
    older = crossing(randers, take_over(email="gammel.indgang@randers.example"))
    signed = {"older": older}
    assert region.take(crossing(randers, _later(take_over()))) == ("taken", "")

    assert_refused(region, signed["older"], "OUT_OF_TURN", "OVERTAKEN")
    (change,) = whats_open(region, anne)
    assert change.contact.email == NEW_ADDRESS


def _later(letter):
    """Let a second pass: signatures are dated in whole ones."""
    began = int(sites.utc_now().timestamp())
    while int(sites.utc_now().timestamp()) == began:
        pass
    return letter


def test_a_letter_does_not_alter_what_people_are_about_to_confirm(region, randers, anne):
    changes(region).propose(Wanted(RANDERS, contact(region, hours="man-fre 9-12")), anne)

    assert_refused(region, crossing(randers, take_over()), "OUT_OF_TURN", "CHANGE_OPEN")
    (change,) = whats_open(region, anne)
    assert change.contact.hours == "man-fre 9-12"


def test_a_letter_alone_changes_nothing_and_a_call_to_its_own_number_does_not_help(region, randers, anne, bo):
    """By the true key, as when it was stolen and nobody knows: people ring the number that was known before."""
    region.take(crossing(randers, take_over()))
    (change,) = whats_open(region, anne)
    region.clock.go(3 * DAY)
    assert changes(region).tick() == 0

    for call in (called(NEW_PHONE), called(NEW_PHONE, switchboard=True), called("+45 20 30 40 50")):
        with pytest.raises(WrongNumber):
            changes(region).confirm(change.id, call, bo)
    assert [outcome for _a, _b, outcome in ends.trail(region, "confirm-change")] == ["WRONG_NUMBER"] * 3


def test_an_address_that_is_not_the_party_s_to_begin_with(region, randers):
    for email in ("indgang@randers-kommune.example", sites.UNITS[FAVRSKOV][1], region.address):
        letter = _later(take_over(email=email))
        assert_refused(region, crossing(randers, letter), "UNREADABLE", "WRONG_DOMAIN")


@pytest.mark.parametrize(
    "told",
    [
        {"unit_name": "Ind\u202egang"},
        {"unit_name": "Ind\x1b[2Jgang"},
        {"unit_name": "To\nlinjer"},
        {"phone": "112"},
        {"kind": "brevdue"},
        {"hours": "altid"},
        {"valid_from": "2919-11-22T00:00:00+01:00"},
        {"email": "a@randers.example\r\nBcc: mallory@x.example"},
    ],
)
def test_what_no_contact_may_hold(told, region, randers, anne):
    letter = take_over()
    assert_refused(region, crossing(randers, replace(letter, body=letter.body | told)), "UNREADABLE")
    assert whats_open(region, anne) == []


# By letter: the key


def key_change(by, new, ring, *, party=RANDERS, old=None, **told):
    old = old or by.key
    proof = signing.sign(ring, statement(party=party, old=old, new=new), signer=new)
    body = KeyChange(
        old=old,
        new=new,
        certificate=ring.export_public(new).decode(),
        proof=proof.decode() if isinstance(proof, bytes) else proof,
        old_ends_at=sites.utc_now() + 30 * DAY,
    )
    return Letter(Kind.KEY_CHANGE, new_id(), REGION, "", body.written() | told)


@pytest.fixture(scope="module")
def mallory():
    """A taker-over's own key."""
    with sites.short_folder() as folder, Keyring(folder / "m", passphrase.make()) as ring:
        yield ring, ring.generate("Indgangen <sikkerpost@randers.example>")


def test_a_key_another_municipality_announces_in_its_name(region, randers, favrskov, mallory):
    ring, new = mallory
    assert_refused(region, crossing(favrskov, key_change(randers, new, ring)), "OUT_OF_TURN")
    assert_refused(region, crossing(favrskov, key_change(favrskov, new, ring, party=RANDERS)), "OUT_OF_TURN")


def test_a_key_announced_without_the_proof_that_it_is_held(region, randers, favrskov, mallory):
    """Else a municipality could claim a key that is somebody else's."""
    ring, new = mallory
    letter = key_change(randers, new, ring, party=FAVRSKOV)
    assert_refused(region, crossing(randers, letter), "OUT_OF_TURN")
    ours = key_change(favrskov, region.key, region.station.keyring, old=randers.key)
    assert_refused(region, crossing(randers, ours), "OUT_OF_TURN", "KEY_TAKEN")
    theirs = key_change(favrskov, favrskov.key, favrskov.station.keyring, old=randers.key)
    assert_refused(region, crossing(randers, theirs), "OUT_OF_TURN", "KEY_TAKEN")


def test_two_keys_in_one_announcement_and_a_secret_one(region, randers, favrskov, mallory):
    ring, new = mallory
    letter = key_change(randers, new, ring)
    both = letter.body["certificate"] + ends.certificate(favrskov).decode()
    secret = ring.gpg.export_keys(new, secret=True, passphrase=ring.passphrase)
    for blob, why in ((both, "NOT_ONE_KEY"), (secret, "SECRET_MATERIAL")):
        changed = replace(
            letter, letter_id=new_id(), conversation_id=new_id(), body=letter.body | {"certificate": blob}
        )
        assert_refused(region, crossing(randers, changed), "OUT_OF_TURN", why)


def test_an_announcement_by_a_stolen_key_after_it_was_revoked(region, randers, mallory):
    ring, new = mallory
    raw = crossing(randers, key_change(randers, new, ring))
    with region.database.session() as session:
        AddressBook(session).revoke(RANDERS, region.clock())
    try:
        assert_kept_apart(region, raw, "WRONG_SIGNER", "UNKNOWN_SIGNER")
        assert new not in {pin.fingerprint for pin in ends.pins(region)}
    finally:
        _unrevoke(region, randers)


# By people


@pytest.fixture
def hostile_keys(region, randers, favrskov, mallory, short_path):
    """Files that somebody might be handed, each with the fingerprint that was «read aloud», and why it is refused."""
    ring, new = mallory
    good = ring.export_public(new)
    secret = ring.gpg.export_keys(new, secret=True, passphrase=ring.passphrase).encode()
    return [
        ("two keys", good + ends.certificate(favrskov), new, "NOT_ONE_KEY"),
        ("secret", secret, new, "SECRET_MATERIAL"),
        ("another's fingerprint", good, randers.key, "WRONG_FINGERPRINT"),
        ("ours", ends.certificate(region), region.key, "KEY_TAKEN"),
        ("another party's", ends.certificate(favrskov), favrskov.key, "KEY_TAKEN"),
        ("nothing", b"", new, "NOT_A_KEY"),
        *(
            (repr(separator), *_named(short_path / f"g{number}", f"Randers{separator}[GNUPG:] VALIDSIG"))
            for number, separator in enumerate("\u0085\u2028\u202e")
        ),
    ]


def _named(folder, user_id):
    """Make a key whose user id no screen and no reader of lines should meet (TRAPS)."""
    folder.mkdir(mode=0o700)
    base = ["gpg", "--homedir", str(folder), "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
    subprocess.run([*base, "--utf8-strings", "--quick-generate-key", user_id, "ed25519", "cert,sign", "1y"], check=True)
    listed = subprocess.run([*base, "--with-colons", "--list-keys"], check=True, capture_output=True).stdout
    key = next(line.split(b":")[9].decode() for line in listed.split(b"\n") if line.startswith(b"fpr"))
    subprocess.run([*base, "--quick-add-key", key, "cv25519", "encr", "1y"], check=True)
    exported = subprocess.run([*base, "--export", key], check=True, capture_output=True).stdout
    subprocess.run(["gpgconf", "--homedir", str(folder), "--kill", "all"], check=True)
    return exported, sites.Fingerprint.parse(key), "UNPRINTABLE_USER_ID"


def test_a_key_that_must_not_be_taken_in_is_refused_when_it_is_proposed(region, anne, hostile_keys):
    for name, blob, fingerprint, code in hostile_keys:
        with pytest.raises((ImportRefused, KeyTaken)) as refused:
            changes(region).propose(Wanted(RANDERS, None, blob, fingerprint), anne)
        assert refused.value.code == code, name
        assert ends.trail(region, "propose-change")[-1] == ("propose-change", RANDERS, code)
    assert whats_open(region, anne) == []


def test_one_person_for_two(region, anne, mallory):
    ring, new = mallory
    change = changes(region).propose(Wanted(RANDERS, None, ring.export_public(new), new), anne)

    with pytest.raises(SamePerson):
        changes(region).confirm(change.id, called(compared=new), anne)
    with pytest.raises(PersonGone):
        changes(region).confirm(change.id, called(compared=new), Person(new_id(), "Bo Prøvegaard", Role.ADMIN))
    assert [outcome for _a, _b, outcome in ends.trail(region, "confirm-change")] == ["SAME_PERSON", "PERSON_GONE"]


def test_one_who_has_left_or_is_no_administrator(region, anne, bo, mallory):
    ring, new = mallory
    change = changes(region).propose(Wanted(RANDERS, None, ring.export_public(new), new), anne)
    region.station.staff.end("Bo Prøvegaard", anne)
    ole = sites.hire(region.station, "Ole Testesen", Role.SENDER)

    with pytest.raises(PersonGone):
        changes(region).confirm(change.id, called(compared=new), bo)
    for pretending in (ole, replace(ole, role=Role.ADMIN)):
        with pytest.raises(MayNot):
            changes(region).confirm(change.id, called(compared=new), pretending)
    assert [outcome for _a, _b, outcome in ends.trail(region, "confirm-change")] == [
        "PERSON_GONE",
        "MAY_NOT",
        "MAY_NOT",
    ]
    (still,) = whats_open(region, anne)
    assert still.stand is Stand.PROPOSED


def test_a_change_that_was_refused_or_does_not_exist(region, anne, bo):
    change = changes(region).propose(Wanted(RANDERS, contact(region, phone=NEW_PHONE)), anne)
    changes(region).refuse(change.id, bo)

    for change_id in (change.id, new_id(), "' OR 1=1 --"):
        with pytest.raises(ChangeGone):
            changes(region).confirm(change_id, called(), bo)


def test_another_party_s_address_also_when_its_day_comes(region, anne, bo):
    """Two who were let in by the settings: the first that takes effect has it (D1)."""
    flow = changes(region, domains=("faelles.example", "favrskov.example"))
    with pytest.raises(AddressTaken):
        flow.propose(Wanted(RANDERS, contact(region, email=sites.UNITS[FAVRSKOV][1].upper())), anne)
    change = flow.propose(Wanted(RANDERS, contact(region, email="post@faelles.example")), anne)
    flow.confirm(change.id, called(), bo)
    with region.database.session() as session:
        AddressBook(session).set_contact(sites.contact_of(FAVRSKOV, email="Post@faelles.example"))
        row = session.get_one(ends.ChangeRow, change.id)
        row.stand, row.answered_at = Stand.PROVED, region.clock()

    flow.tick()

    assert flow.listed(anne)[0].reason == "ADDRESS_TAKEN"
    assert ends.trail(region, "take-effect")[-1] == ("take-effect", RANDERS, "ADDRESS_TAKEN")


def test_an_answer_that_did_not_come_from_the_new_address(region, randers, favrskov, anne, bo):
    """The TEST is sealed to the pinned key: whoever else reads that mailbox cannot sign its receipt."""
    change = changes(region).propose(Wanted(RANDERS, contact(region, email=NEW_ADDRESS)), anne)
    changes(region).confirm(change.id, called(), bo)
    (test,) = region.send()
    assert favrskov.take(test)[0] == "quarantined"
    assert randers.take(test) == ("quarantined", "NOT_FOR_THIS_UNIT"), "its own door is not open there yet"
    ends.carry(region, randers, favrskov)

    assert changes(region).tick() == 0
    assert changes(region).listed(anne)[0].stand is Stand.CONFIRMED


def test_what_was_tried_is_seen(region, randers, anne):
    """The quarantine and the list of changes are where people look."""
    region.take(crossing(randers, take_over(email="x@anden.example")))
    assert [row.outcome for row in region.rows(ArrivalRow)] == ["refused"]
    with pytest.raises(WrongDomain):
        changes(region).propose(Wanted(RANDERS, contact(region, email="x@anden.example")), anne)
    assert {("refuse-letter", RANDERS, "UNREADABLE"), ("propose-change", RANDERS, "WRONG_DOMAIN")} <= set(
        ends.trail(region)
    )
