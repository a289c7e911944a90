"""Two real ends that hold meetings: what each can do, and a road between them."""

from dataclasses import dataclass, replace
from datetime import timedelta

import sites

from gateway.consents.book import ConsentBook
from gateway.consents.model import Consent, Form, Purpose
from gateway.meetings.flow import Meetings, Proposal
from gateway.meetings.rows import MeetingRow
from gateway.meetings.take import handlers
from gateway.site.people import Person, Role
from gateway.wire.meeting import Attendance, Party

METTE = Person("mette", "Mette Testgaard", Role.SENDER)
BIRGIT = Person("birgit", "Birgit Prøvegaard", Role.INTAKE)
GP = Party(role="egen læge", name="Læge Testholm", contact="+45 95 00 02 02")
CITIZEN = Party(role="borgeren")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class End:
    """One end with its meetings."""

    site: sites.Site
    person: Person
    conversation: str

    def consented(self, *roles):
        """The citizen says yes to a meeting with these."""
        now = self.site.clock()
        consent = Consent.checked(
            conversation_id=self.conversation,
            purpose=Purpose.JOINT_MEETING,
            given_by="borgeren selv",
            taken_by=self.person.name,
            obtained_at=now,
            form=Form.SPOKEN,
            scope="Et møde.",
            information_given="Det er frivilligt.",
            writing_waived_because="Givet i telefonen.",
            parties=roles,
            now=now,
        )
        with self.site.database.session() as session:
            ConsentBook(session, self.site.station.vault).write(consent, self.person, now)

    def does(self, act, *args, **more):
        station = self.site.station
        with self.site.database.session() as session:
            consents = ConsentBook(session, station.vault)
            unit = sites.contact_of(self.site.party)
            meetings = Meetings(session, station.vault, station.post, consents, unit)
            return getattr(meetings, act)(*args, **more)

    def propose(self, proposal=None):
        proposal = proposal or self.proposal()
        return self.does("propose", self.conversation, proposal, self.person, self.site.clock()).meeting_id

    def move(self, meeting_id, proposal=None):
        return self.does("move", meeting_id, proposal or self.proposal(), self.person, self.site.clock())

    def answer(self, meeting_id, attendance=Attendance.ACCEPTED, **more):
        return self.does("answer", meeting_id, attendance, self.person, self.site.clock(), **more)

    def cancel(self, meeting_id, **more):
        return self.does("cancel", meeting_id, self.person, self.site.clock(), **more)

    def proposal(self, **changes):
        begins = self.site.clock() + DAY
        said = Proposal(begins, begins + HOUR, (CITIZEN, GP), place="Lægehuset, Testvej 1")
        return replace(said, **changes)

    @property
    def meetings(self):
        return self.does("of", self.conversation)

    @property
    def standing(self):
        return [state.standing for state in self.meetings]

    def rows(self):
        return self.site.rows(MeetingRow)


@dataclass
class Ends:
    region: End
    randers: End

    def carry(self):
        """Carry letters and receipts until nothing is left to carry; gives what became of each."""
        outcomes = []
        while True:
            mails = [
                (to, mail)
                for end, to in ((self.region, self.randers), (self.randers, self.region))
                for mail in end.site.send()
            ]
            if not mails:
                return outcomes
            outcomes += [to.site.take(mail) for to, mail in mails]


def joined(line):
    """The region and Randers after a referral that was taken."""
    letter = sites.referral()
    line.exchange(letter)
    for site in (line.region, line.randers):
        site.handlers |= handlers(site.station.vault)
    return Ends(End(line.region, METTE, letter.conversation_id), End(line.randers, BIRGIT, letter.conversation_id))
