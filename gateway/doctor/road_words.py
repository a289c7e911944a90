"""What the doctor says of the road: where it is closed, what that means for the letters, and who can open it."""

from collections.abc import Mapping
from typing import Final

from gateway.adapters.road import Step, Wrong
from gateway.language import mark

STEPS: Final[Mapping[str, str]] = {
    Step.CONNECT: mark("when it is called"),
    Step.GREETING: mark("when it should say who it is"),
    Step.TLS: mark("when the connection should be sealed"),
    Step.SIGN_IN: mark("when we sign in"),
    Step.SENDER: mark("when it hears whom mail comes from"),
    Step.RECIPIENT: mark("when it hears whom mail goes to"),
    Step.FOLDER: mark("when the folder is opened"),
}

WAITS: Final = mark("Letters wait safely until it is mended, and leave by themselves then.")
NOTHING_LEAVES: Final = mark(
    "No letter leaves. They wait safely, and leave by themselves once it is mended; what is urgent goes by phone."
)
NOTHING_IS_FETCHED: Final = mark(
    "No letter is fetched. They lie safely in the mailbox until it is mended; what is urgent comes by phone."
)
NOTHING_COMES_IN: Final = mark(
    "No letter comes in. The mail server keeps them for some days, then gives them back; what is urgent comes by phone."
)
CLOCK: Final = mark(
    "The clock of this machine is most often the cause: set it right, and let the machine keep it right by NTP. If it "
    "is right, the mail server must have another certificate."
)
ITS_LOG: Final = mark("See what the mail server's log says of this machine, or ask who looks after it.")

EVERYWHERE: Final[Mapping[Wrong, tuple[str, str]]] = {
    Wrong.NAME_UNKNOWN: (
        mark("{server}: no machine is found by that name"),
        mark("Check {setting}.host in settings.toml, and that this machine can look names up (DNS)."),
    ),
    Wrong.NOBODY_THERE: (
        mark("{server}: nothing listens there"),
        mark("See that the mail server runs, and check {setting}.host and {setting}.port in settings.toml."),
    ),
    Wrong.NO_WAY: (
        mark("{server}: the network knows no way there"),
        mark("Ask who looks after the network; a firewall may stand in between."),
    ),
    Wrong.SILENT: (
        mark("{server}: it says nothing {step}"),
        mark(
            "A firewall may stand in between: ask who looks after the network. If the port begins with TLS, as 465 and "
            "993 do: {setting}.implicit_tls = true in settings.toml."
        ),
    ),
    Wrong.HUNG_UP: (mark("{server}: it hangs up {step}"), ITS_LOG),
    Wrong.NO_MAIL_SERVER: (
        mark("{server}: what answers there is no mail server of the right kind"),
        mark("Check {setting}.host and {setting}.port in settings.toml."),
    ),
    Wrong.LATER: (
        mark("{server}: it asks us to come again later, {step} ({answer})"),
        mark("Ask the doctor again in half an hour. If it says the same, ask who looks after the mail server."),
    ),
    Wrong.TLS_NOT_OFFERED: (
        mark("{server}: it offers no TLS, and nothing is said to it in clear"),
        mark(
            "Let TLS be switched on there (STARTTLS). If the port begins with TLS, as 465 and 993 do: "
            "{setting}.implicit_tls = true in settings.toml."
        ),
    ),
    Wrong.TLS_OTHER_KIND: (
        mark("{server}: it does not begin with TLS"),
        mark("Write {setting}.implicit_tls = false in settings.toml, or the port that begins with TLS (465 or 993)."),
    ),
    Wrong.TLS_TOO_OLD: (
        mark("{server}: it knows only TLS that is no longer safe"),
        mark("Let TLS 1.2 and 1.3 be switched on there."),
    ),
    Wrong.TLS_FAILED: (mark("{server}: the connection cannot be sealed (TLS)"), ITS_LOG),
    Wrong.CERTIFICATE_NAME: (
        mark("{server}: its certificate is for another name"),
        mark(
            "Write the name that stands in the certificate as {setting}.host in settings.toml, or let the mail server "
            "have a certificate for this one. If neither explains it, somebody may stand in between."
        ),
    ),
    Wrong.CERTIFICATE_ENDED: (
        mark("{server}: its certificate has ended"),
        mark("Let the mail server have a new one. If it has not ended, this machine's clock is wrong."),
    ),
    Wrong.CERTIFICATE_NOT_YET: (mark("{server}: its certificate begins later than now"), CLOCK),
    Wrong.CERTIFICATE_UNKNOWN: (
        mark("{server}: nobody we trust has issued its certificate"),
        mark(
            "Get the certificate of whoever issued it from those who look after the mail server, and name its file in "
            "{setting}.ca_file in settings.toml. If they know of none, somebody may stand in between."
        ),
    ),
    Wrong.SIGN_IN_REFUSED: (
        mark("{server}: it does not accept our name and password ({answer})"),
        mark("Put the right password into the file {setting}.password_file names, and check {setting}.user."),
    ),
}
"""What can be wrong out and in alike: how it is, and what to do; `setting` is the table in settings.toml."""

OUT_ONLY: Final[Mapping[Wrong, tuple[str, str]]] = {
    Wrong.TURNED_AWAY: (
        mark("{server}: it turns this machine away ({answer})"),
        mark("Let this machine be let in there."),
    ),
    Wrong.SIGN_IN_NOT_OFFERED: (
        mark("{server}: nobody can sign in there, and relay.user says that we do"),
        mark("Remove relay.user and relay.password_file from settings.toml, or let sign-in be switched on there."),
    ),
    Wrong.SIGN_IN_WANTED: (
        mark("{server}: it takes mail only from those who sign in ({answer})"),
        mark("Write relay.user and relay.password_file in settings.toml."),
    ),
    Wrong.SENDER_REFUSED: (
        mark("{server}: it takes no mail from our own address ({answer})"),
        mark("Let this machine, or relay.user, be allowed there to send from the unit's address."),
    ),
    Wrong.NOT_PASSED_ON: (
        mark("{server}: it does not pass our mail on to others ({answer})"),
        mark("Let this machine, or relay.user, be allowed there to send to others (relay)."),
    ),
}
IN_ONLY: Final[Mapping[Wrong, tuple[str, str]]] = {
    Wrong.FOLDER_MISSING: (
        mark("{server}: the folder is not in the mailbox"),
        mark("Check pickup.folder in settings.toml; most often it is INBOX."),
    ),
    Wrong.FOLDER_FOR_READING: (
        mark("{server}: the folder may be read, and nothing in it marked"),
        mark("Let pickup.user be allowed there to mark mail as read and answered."),
    ),
}

SAID: Final[Mapping[str, tuple[str, str, str]]] = {
    "DOOR_CERTIFICATE": (mark("the door's certificate is good for {days} days"), "", ""),
    "DOOR_CERTIFICATE_ENDS_SOON": (
        mark("the door's certificate ends in {days} days"),
        mark("After that the other end's mail server delivers nothing here."),
        mark("Put a new one in its place, and give it to whoever trusts the old one."),
    ),
    "DOOR_CERTIFICATE_ENDED": (
        mark("the door's certificate ended {days} days ago"),
        mark("The other end's mail server delivers nothing here."),
        mark("Put a new one in its place, and give it to whoever trusts the old one."),
    ),
    "DOOR_CERTIFICATE_UNREADABLE": (
        mark("the door's certificate cannot be read"),
        mark("The daemon cannot open the door."),
        mark("Check door.certificate in settings.toml."),
    ),
    "DOOR_KEY_MISSING": (
        mark("the door's key is not there"),
        mark("The daemon cannot open the door."),
        mark("Check door.key in settings.toml."),
    ),
    "RELAY_CERTIFICATE_UNREADABLE": (
        mark("the certificate to trust the mail server by cannot be read"),
        WAITS,
        mark("Check relay.ca_file in settings.toml."),
    ),
    "RELAY_PASSWORD_MISSING": (
        mark("the password for the mail server cannot be read, or is empty"),
        WAITS,
        mark("Check relay.password_file in settings.toml; the service's own account must be able to read it."),
    ),
    **{f"RELAY_{wrong}": (said, NOTHING_LEAVES, todo) for wrong, (said, todo) in {**EVERYWHERE, **OUT_ONLY}.items()},
    "RELAY_WORKS": (
        mark("{server} answers, {tls}, its certificate is good for {days} days; addresses it takes mail to: {count}"),
        "",
        "",
    ),
    "RELAY_RECIPIENT_UNKNOWN": (
        mark("{server}: it does not know the address of {parties} ({answer})"),
        mark("Letters to them do not leave; what is urgent goes by phone."),
        mark(
            "Ring there and compare the address, letter by letter. If it is right, ask who looks after the mail server."
        ),
    ),
    "RELAY_ROOM_SMALL": (
        mark("{server}: it takes mail of {room} KiB, and a letter may be {needed}"),
        mark("A long referral does not arrive, and must be given by phone."),
        mark("Let a longer mail be allowed there (in Postfix: message_size_limit)."),
    ),
    "RELAY_CERTIFICATE_ENDS_SOON": (
        mark("{server}: its certificate ends in {days} days"),
        mark("After that no letter leaves; they wait here."),
        mark("Ask who looks after the mail server whether it is renewed in time."),
    ),
    "RELAY_SIGN_IN_HALF": (
        mark("only one of relay.user and relay.password_file is set"),
        mark("Nobody signs in to the mail server, and it may not take our letters."),
        mark("Write both in settings.toml, or neither."),
    ),
    "DOOR_OPEN": (mark("our door answers at {server} ({kind})"), "", ""),
    "DOOR_SHUT": (
        mark("our door does not answer at {server} ({reason})"),
        NOTHING_COMES_IN,
        mark("Restart the daemon, and see what its log says."),
    ),
    "DOOR_TAKEN": (
        mark("another program listens at {server}, where our door should be"),
        NOTHING_COMES_IN,
        mark("End that program, or choose another port: door.port in settings.toml, and in the mail server."),
    ),
    "DOOR_SHOWS_ANOTHER": (
        mark("our door shows another certificate at {server} than the one in settings.toml"),
        mark("A new certificate is not used yet; when the old one ends no letter comes in."),
        mark("Restart the daemon."),
    ),
    **{
        f"PICKUP_{wrong}": (said, NOTHING_IS_FETCHED, todo) for wrong, (said, todo) in {**EVERYWHERE, **IN_ONLY}.items()
    },
    "PICKUP_WORKS": (
        mark("{server} answers, {tls}, its certificate is good for {days} days; the folder opens"),
        "",
        "",
    ),
    "PICKUP_FAILS": (
        mark("nothing has been picked up since {date} ({reason})"),
        NOTHING_IS_FETCHED,
        mark("See what the other lines say of the mailbox, and that the daemon runs."),
    ),
    "PICKUP_TOO_LARGE": (
        mark("{count} left in the mailbox, larger than any letter may be"),
        mark("Nobody sees them in Stafet."),
        mark("Look into the mailbox; ask whoever sent them to send them again, in smaller pieces."),
    ),
    "PICKUP_CERTIFICATE_ENDS_SOON": (
        mark("{server}: its certificate ends in {days} days"),
        mark("After that no letter is fetched; they lie in the mailbox."),
        mark("Ask who looks after the mail server whether it is renewed in time."),
    ),
    "PICKUP_CERTIFICATE_UNREADABLE": (
        mark("the certificate to trust the mailbox by cannot be read"),
        NOTHING_IS_FETCHED,
        mark("Check pickup.ca_file in settings.toml."),
    ),
    "PICKUP_PASSWORD_MISSING": (
        mark("the password for the mailbox cannot be read, or is empty"),
        NOTHING_IS_FETCHED,
        mark("Check pickup.password_file in settings.toml; the service's own account must be able to read it."),
    ),
}
"""By the code of a finding, as in `words`."""
