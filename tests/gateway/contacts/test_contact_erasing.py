"""How a contact came into the book is erased as other proof is; the contact and its history stay (D5, O18)."""

import contact_ends as ends
import sites
from contact_ends import DAY, NEW_PHONE, called, changes, contact
from databases import everything_in

from directory.changes import ChangeRow
from gateway.contacts.erasing import EraseChanges
from gateway.contacts.model import Wanted


def test_only_changes_that_ended_long_ago_are_erased(region):
    anne, bo = ends.admin(region, "Anne Testesen"), ends.admin(region, "Bo Prøvegaard")
    done = changes(region).propose(Wanted(sites.RANDERS, contact(region, phone=NEW_PHONE)), anne)
    changes(region).confirm(done.id, called(), bo)
    changes(region).propose(Wanted(sites.FAVRSKOV, contact(region, sites.FAVRSKOV, phone=NEW_PHONE)), anne)
    eraser, later = EraseChanges(), region.clock() + DAY

    with region.database.session() as session:
        assert eraser.due(session, region.clock()) == []
        found = eraser.due(session, later)
        assert ([one.id for one in found], eraser.held(session, later)) == ([done.id], ())
        eraser.erase(session, found, 1, later)

    (left,) = region.rows(ChangeRow)
    assert left.party == sites.FAVRSKOV
    assert ends.active(region).phone == NEW_PHONE
    with region.database.reading() as session:
        assert len(ends.AddressBook(session).history(sites.RANDERS)) == 2


def test_who_compared_the_key_in_use_is_known_as_long_as_it_holds(region, favrskov):
    anne, bo = ends.admin(region, "Anne Testesen"), ends.admin(region, "Bo Prøvegaard")
    ends.forget(region, sites.FAVRSKOV)
    wanted = Wanted(sites.RANDERS, None, ends.certificate(favrskov), favrskov.key)
    change = changes(region).propose(wanted, anne)
    changes(region).confirm(change.id, called(compared=favrskov.key), bo)
    later = region.clock() + DAY

    with region.database.session() as session:
        assert EraseChanges().due(session, later) == []
        ends.AddressBook(session).forget(sites.RANDERS, later)
        assert [one.id for one in EraseChanges().due(session, later)] == [change.id]


def test_who_was_spoken_with_lies_locked(region, tmp_path):
    anne, bo = ends.admin(region, "Anne Testesen"), ends.admin(region, "Bo Prøvegaard")
    done = changes(region).propose(Wanted(sites.RANDERS, contact(region, phone=NEW_PHONE)), anne)
    changes(region).confirm(done.id, called(), bo)

    content = everything_in(tmp_path / "region.db")
    assert "Karen Prøvesen".encode() not in content
    assert changes(region).listed(anne)[0].spoken_with == "Karen Prøvesen"
