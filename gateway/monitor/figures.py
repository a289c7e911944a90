"""Every figure a monitor gets: its name, what it counts, and what it is told apart by. Never by a case or a person.

Names, units and labels follow Prometheus' conventions: seconds and bytes, `_total` for what only grows. A party is told
by its code, 730 or `region`; a department and a member of staff by nothing.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Figure(enum.Enum):
    """A figure: its name, its explanation, and its labels."""

    UP = "stafet_up", "1 when the database answered this time, else 0 and only the daemon's own figures follow"
    BUILD = "stafet_build_info", "always 1: the version that runs, and at which end", "version", "end"
    READING = "stafet_reading_seconds", "how long it took to read these figures"

    ROUND_AGE = "stafet_round_age_seconds", "since a way came round well: in, out, chores", "way"
    ROUND_FAILURES = "stafet_round_failures_total", "rounds of a way that ended in trouble since the start", "way"
    DOOR_OPEN = "stafet_door_open", "1 while mail is taken in at the door"
    DISK_FREE = "stafet_disk_free_bytes", "room left on the disk the site lies on"

    QUEUE = "stafet_queue_letters", "letters that may still arrive: queued, sent (no receipt yet), parked", "state"
    QUEUE_AGE = "stafet_queue_oldest_seconds", "how long the oldest letter has waited that has not left yet; 0: none"
    UNCONFIRMED_AGE = (
        "stafet_unconfirmed_oldest_seconds",
        "how long ago the oldest letter was written that left and that nobody has confirmed yet; 0: none",
    )
    HELD = (
        "stafet_held_letters",
        "letters but TESTs that stand still, or have failed and not gone again",
        "state",
        "reason",
    )
    BOUNCED = "stafet_bounced_envelopes", "sealed mails to a party that mail servers gave back in 90 days", "party"

    ARRIVALS = "stafet_arrivals_waiting", "mail that came in and has not been looked at yet"
    ARRIVALS_AGE = "stafet_arrivals_oldest_seconds", "how long the oldest such mail has waited; 0: none"
    ARRIVALS_STUCK = "stafet_arrivals_stuck", "mail that could not be looked at several times, or for an hour"
    QUARANTINE = "stafet_quarantined_mails", "mail kept apart that could not be trusted, until it is erased"
    PICKUP_AGE = (
        "stafet_pickup_age_seconds",
        "since everything in the mailbox was looked at; only where one is picked up",
    )
    PICKUP_FAILING = "stafet_pickup_failing", "1 while picking up has failed for an hour"
    MAILBOX_FAILING = (
        "stafet_mailbox_failing",
        "1 while a mailbox (unit, keepers) cannot be told that something waits",
        "whose",
    )

    RUN_OUT = (
        "stafet_clocks_run_out",
        "referrals or cases somebody should see to, by the clock that has run out",
        "clock",
    )
    NOTICES = "stafet_notices", "warnings that stand about contacts, keys and the line, by code", "code"
    PARTIES = "stafet_parties", "the parties this end writes to, by how the board grades them", "grade"
    HEARTBEAT_AGE = "stafet_heartbeat_age_seconds", "since a party's gateway last answered a TEST", "party"
    HEARD_AGE = "stafet_heard_age_seconds", "since anything at all was heard from a party", "party"
    PERSON_AGE = "stafet_acknowledged_age_seconds", "since a person at a party last answered anything", "party"

    OWN_KEY_LEFT = "stafet_own_key_left_seconds", "until our own key ends; negative: it has"
    PINNED_KEY_LEFT = "stafet_pinned_key_left_seconds", "until a party's pinned key ends; negative: it has", "party"
    DEPARTMENT_KEY_LEFT = "stafet_department_key_left_seconds", "until the first key of a department by mail ends"
    CERTIFICATE_LEFT = "stafet_door_certificate_left_seconds", "until the certificate shown at the door ends"

    BACKUP_AGE = "stafet_backup_age_seconds", "since the last backup; absent: there is none"
    TRAIL_ENTRIES = "stafet_audit_entries_total", "the number of the last entry in the audit trail"
    TRAIL_SIGNED_AGE = (
        "stafet_audit_signed_age_seconds",
        "since the trail was last held against what was signed, and signed",
    )
    TRAIL_UNSIGNED = "stafet_audit_unsigned_entries", "entries newer than the last signed one"
    TRAIL_HOLDS = "stafet_audit_holds", "0 when the trail no longer holds what was signed last"
    RETENTION_AGE = "stafet_retention_age_seconds", "since what is old was last erased; absent: not yet"

    def __init__(self, metric: str, told: str, *labels: str) -> None:
        self.metric, self.told, self.labels = metric, told, labels

    def at(self, value: float, *labels: str) -> "Sample":
        """Give one value of it, told apart by `labels`."""
        return Sample(self, labels, float(value))

    def each(self, values: Iterable[tuple[str, float]]) -> "Iterable[Sample]":
        """Give a value for each of what its one label names."""
        return (self.at(value, label) for label, value in values)


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure's value, and its labels in the order the figure names them."""

    figure: Figure
    labels: tuple[str, ...]
    value: float
