"""What can be wrong with a contact, a key or their change, in words: what happened, what it means, what to do now."""

from collections.abc import Mapping
from typing import Final

from gateway.language import mark

NOTHING_SENT: Final = mark("Nothing was sent or changed.")
NOTED: Final = mark("Nothing was sent or changed. That it was tried has been noted.")

CONTACTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "SAME_PERSON": (
        mark("You proposed this yourself, so somebody else confirms it."),
        NOTED,
        mark("Ask another administrator. Who keeps the site alone writes alone = true under keeping in settings.toml."),
    ),
    "CHANGE_OPEN": (
        mark("Another change of that party is under way."),
        NOTHING_SENT,
        mark("See it with changes, and confirm or refuse it first."),
    ),
    "CHANGE_GONE": (
        mark("There is no change of that party that waits for this."),
        NOTHING_SENT,
        mark("See how far it has come: changes, history."),
    ),
    "CHANGE_REPLACED": (
        mark("Another change of that party ended in the last day: this may not be the one you have read."),
        NOTHING_SENT,
        mark("Read what stands now (changes), ring about that, and name it by how its id begins: --change."),
    ),
    "NOTHING_CHANGES": (
        mark("That party is reached like that already."),
        NOTHING_SENT,
        mark("Say what is to be different."),
    ),
    "KEY_MISSING": (
        mark("There is no key to seal the TEST of the new address to."),
        NOTHING_SENT,
        mark("Get the party's key, and propose it too: keys import."),
    ),
    "WRONG_NUMBER": (
        mark("That is not the number that was known before the change."),
        NOTED,
        mark("Ring the known number. If it is gone, or there is none, find the switchboard's yourself: --switchboard."),
    ),
    "NOBODY_NAMED": (
        mark("It is not said whom you spoke with."),
        NOTHING_SENT,
        mark("Write the name of the person who answered: --spoken-with."),
    ),
    "NOT_COMPARED": (
        mark("There is a new key in this change, and its fingerprint was not compared."),
        NOTHING_SENT,
        mark("Let them read it aloud on the phone, and type what you hear: --fingerprint."),
    ),
    "CODE_WRONG": (
        mark("That is not the code in the TEST."),
        NOTHING_SENT,
        mark("Ask them to read it aloud once more, from the newest TEST."),
    ),
    "CODE_SPENT": (
        mark("That change waits for no code, or it was typed wrong too many times."),
        NOTHING_SENT,
        mark("Send another TEST: test-again."),
    ),
    "BAD_GLN": (
        mark("An EAN/GLN location number has 13 digits, of which the last checks the others."),
        NOTHING_SENT,
        mark("Write it as it stands in the register, or leave it out."),
    ),
    "BAD_SOR": (
        mark("A SOR code has from 11 to 20 digits."),
        NOTHING_SENT,
        mark("Write it as it stands in SOR, or leave it out."),
    ),
    "BAD_POSTAL": (
        mark("A postal address is one line of at most 200 characters."),
        NOTHING_SENT,
        mark("Write it on one line."),
    ),
    "BAD_DAY": (
        mark("That day cannot be read, is past, or lies more than a year ahead."),
        NOTHING_SENT,
        mark("Write it like 31-01-2027."),
    ),
    "PERSONAL_ADDRESS": (
        mark("The address looks like one person's. A unit needs an address that outlives its people."),
        NOTHING_SENT,
        mark("Ask for the unit's own address; if this one is right all the same, say so with --personal-ok."),
    ),
    "WRONG_DOMAIN": (
        mark("The address is in a mail domain that is not the party's."),
        NOTHING_SENT,
        mark("Ask for the right one. An administrator may allow a domain: domains under keeping in settings.toml."),
    ),
    "KEY_TAKEN": (
        mark("That key already belongs to another party."),
        NOTHING_SENT,
        mark("Each party has its own key. Ask for the right one."),
    ),
    "ADDRESS_TAKEN": (
        mark("That address already belongs to another party."),
        NOTHING_SENT,
        mark("Each party has its own address. Ask for the right one."),
    ),
    "BAD_ADDRESS": (
        mark("That is not a mail address."),
        NOTHING_SENT,
        mark("Write it as name@domain, for instance sikkerpost@kommune.example."),
    ),
    "BAD_PHONE": (mark("That is not a Danish phone number."), NOTHING_SENT, mark("Write eight digits.")),
    "BAD_HOURS": (
        mark("The opening hours cannot be read."),
        NOTHING_SENT,
        mark("Write them like this: man-ons 8-15, tor 8-17, fre 8-13."),
    ),
    "BAD_UNIT_NAME": (
        mark("The unit's name cannot be used."),
        NOTHING_SENT,
        mark("Write a name of ordinary characters."),
    ),
    "NOT_A_PARTY": (
        mark("That is not one of the 19 municipalities of the agreement."),
        NOTHING_SENT,
        mark("Use the municipality's code. The codes stand in directory list."),
    ),
    "BAD_CONTACTS_FILE": (
        mark("The contacts file cannot be read: {detail}."),
        NOTHING_SENT,
        mark("Use the file that directory export writes as a pattern."),
    ),
    "BAD_CONTACT_LINE": (
        mark("The contacts file cannot be read: {detail}."),
        NOTHING_SENT,
        mark("Correct that line, and import the file again."),
    ),
}
