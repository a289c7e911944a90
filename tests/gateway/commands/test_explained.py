"""Every code that can reach a person is put into words: what happened, what it means, what to do now."""

import pytest

import directory.errors
import gateway.access.errors
import gateway.audit.errors
import gateway.backup.errors
import gateway.consents.errors
import gateway.contacts.errors
import gateway.medcom.errors
import gateway.meetings.errors
import gateway.referring.errors
import gateway.retention.errors
import gateway.rotation.errors
import gateway.schema.errors
import gateway.site.errors
import keys.errors
from gateway.access.four_eyes import SamePerson
from gateway.adapters import smtp_out
from gateway.commands.explain import EXPLANATIONS, explained
from gateway.exchange import delivery
from gateway.language import use
from gateway.liveness import drills, heartbeats
from gateway.liveness.errors import DrillAnswered, DrillUnknown
from gateway.referring.words import REFUSED, WAITING, why_refused, why_waiting
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable


def leaves(base):
    """List the error classes that are raised: those without a child of their own."""
    children = [child for child in base.__subclasses__() if child.__module__ == base.__module__]
    return {leaf for child in children for leaf in leaves(child)} or {base}


def codes(*bases):
    return {leaf.code for base in bases for leaf in leaves(base)}


TOLD_AS_THE_REASON_TO_WAIT = codes(keys.errors.SealRefused)
"""A letter that cannot be sealed is parked with the code; `status` and `refer` say why."""

TOLD_AS_QUARANTINE = codes(keys.errors.OpenRefused)
"""A mail that cannot be trusted stands apart in the inbox, with words of its own there."""

TO_A_PERSON = (
    codes(
        keys.errors.KeysError,
        directory.errors.DirectoryError,
        gateway.site.errors.SiteError,
        gateway.access.errors.AccessError,
        gateway.audit.errors.AuditError,
        gateway.backup.errors.BackupError,
        gateway.contacts.errors.ChangeRefused,
        gateway.medcom.errors.MedComError,
        gateway.retention.errors.RetentionRefused,
        gateway.rotation.errors.RotationError,
        gateway.schema.errors.SchemaRefused,
    )
    - TOLD_AS_THE_REASON_TO_WAIT
    - TOLD_AS_QUARANTINE
) | {
    *(SamePerson.code, DrillUnknown().code, DrillAnswered().code, drills.OPEN_ALREADY),
    *(heartbeats.NO_CONTACT, heartbeats.NO_KEY, heartbeats.ONLY_PEOPLE, heartbeats.ON_ITS_WAY),
}

ON_THE_WAY_OUT = (
    TOLD_AS_THE_REASON_TO_WAIT
    | codes(keys.errors.KeyringError)
    | {smtp_out.LOGIN_REFUSED, *(code for _kind, code in smtp_out._CODES)}
    | {delivery.NO_CONTACT, delivery.NO_KEY, delivery.NO_RECEIPT, delivery.RELAY_REFUSED, delivery.DELAYED}
    | {delivery.KEY_REVOKED, delivery.OWN_KEY_UNKNOWN_THERE}
    | {LetterOutOfTurn.code, LetterUnreadable.code, "UNEXPECTED", "RELAY_TROUBLE", "SMTP_451", "SMTP_421"}
) - {"HOME_PATH_TOO_LONG", "PASSPHRASE_MISSING", "KEY_NOT_FOUND"}
"""What `deliver` may write beside a letter; the three taken away stop the daemon before it begins."""


@pytest.fixture(params=["da", "en"])
def _either_language(request, monkeypatch):
    monkeypatch.setattr("gateway.language._in_use", "da")
    monkeypatch.setenv("LANGUAGE", "")
    use(request.param)


@pytest.mark.parametrize("code", sorted(TO_A_PERSON))
def test_an_error_is_explained_in_three_sentences(code):
    assert code in EXPLANATIONS
    assert len(explained(code, "settings.toml")) == 3


@pytest.mark.parametrize("code", sorted(ON_THE_WAY_OUT))
def test_why_a_letter_waits_is_explained_in_three_sentences(code):
    assert len(why_waiting(code)) == 3


@pytest.mark.usefixtures("_either_language")
@pytest.mark.parametrize("code", sorted({*EXPLANATIONS, *WAITING}))
def test_each_sentence_is_one_and_says_its_detail(code):
    said = explained(code, "relay.port") if code in EXPLANATIONS else why_waiting(code)

    for sentence in said:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "{" not in sentence


def test_nothing_is_explained_that_cannot_happen():
    of_the_machine = {"AUDIT_BROKEN", "OUT_OF_REACH", "DATABASE_DAMAGED", "PORT_TAKEN", "CERTIFICATE_UNREADABLE"}
    of_the_machine |= {"BROWSER_PORT", "DATABASE_AWAY", "COMMIT_UNKNOWN"}
    assert set(EXPLANATIONS) - TO_A_PERSON == of_the_machine
    assert set(WAITING) <= ON_THE_WAY_OUT


@pytest.mark.usefixtures("_either_language")
def test_why_a_step_about_a_sent_referral_is_not_taken_is_told_in_three_sentences():
    """Every code that can be raised has its words, and every word is about one that can."""
    referring = gateway.referring.errors.ReferralError
    meetings, consents = gateway.meetings.errors.MeetingError, gateway.consents.errors.ConsentError
    raised = codes(referring, meetings, consents) | {"NO_CONSENT", LetterOutOfTurn.code, LetterUnreadable.code}
    assert set(REFUSED) == raised
    for code in REFUSED:
        assert [sentence[-1] for sentence in why_refused(code)] == [".", ".", "."]


def test_a_code_without_words_is_told_all_the_same():
    assert why_refused("SOMETHING_NEW")[-1] == "(SOMETHING_NEW)"
    assert "SOMETHING_NEW" in " ".join(explained("SOMETHING_NEW", "door"))
    assert why_waiting("SOMETHING_NEW") == ("(SOMETHING_NEW)",)


def test_a_letter_that_waits_for_nothing_needs_no_words():
    assert why_waiting("") == ()


def test_an_explanation_never_holds_what_an_error_was_raised_with():
    """Only `detail` goes in, and the errors of the packages below hold nothing personal."""
    assert "190668-7074" not in " ".join(explained("KEY_TAKEN", "190668-7074"))
