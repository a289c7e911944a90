"""A person's answer: which one referral it is about, whatever mail program wrote it and whatever else stands in it."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mail_program import ADDRESS, NAME, quoted, thunderbird_content
from mails import PAYLOAD

from gateway.language import danish
from gateway.wire.errors import (
    EnvelopeDisagrees,
    LetterOutOfTurn,
    NotAnEnvelope,
    ReplyAutomatic,
    ReplyNamesSeveral,
    ReplyUnreadable,
    ReplyWithoutNumber,
    WireError,
)
from gateway.wire.letter_text import letter_text
from gateway.wire.letters import HEADINGS, Kind, Letter, new_id
from gateway.wire.reply import ANSWERED, read, sender_of, unwrap

OURS, EARLIER = "2026-0042", "2026-0007"
LETTER = (
    f"Videresendt bekymringshenvendelse {OURS}\n=====\n\nTidligere henvendelse: {EARLIER}\nCPR-nummer: 190668-7074\n"
)
TEXT = "Content-Type: text/plain; charset=utf-8\n\n"


def plain(words: str, head: str = "") -> bytes:
    return f"{head}{TEXT}{words}".encode()


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (f"Vi tager {OURS} over.", OURS),
        (f"Vi tager {OURS}. Ring på 8411-2000 om 190668-7074, eller den 22-11-2026.", OURS),
        ("Vi tager 2026‑0042.", OURS),
        (f"Ja.\n\n{quoted(LETTER)}", OURS),
        (f"Ja.\n\n-----Oprindelig meddelelse-----\n{LETTER}", OURS),
        (f"{quoted(LETTER)}\n\nJa, vi tager {OURS}.", OURS),
        (f"Ja.\n> Videresendt\n> bekymringshenvendelse\n>  {OURS}\n> Tidligere henvendelse: {EARLIER}", OURS),
        (f"Vi tager {EARLIER}.\n\n{quoted(LETTER)}", EARLIER),
        (f"{OURS} {OURS}", OURS),
        ("2026-00042", "2026-00042"),
    ],
)
def test_the_number_is_found_where_a_person_would_find_it(words, number):
    assert read(plain(words)).number == number


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("Ja, det gør vi.", ReplyWithoutNumber),
        ("", ReplyWithoutNumber),
        ("2026-004 12026-0042 2026-0042-1 X2026-0042 1926-0042 ٢٠٢٦-٠٠٤٢ 190668-7074", ReplyWithoutNumber),
        (f"{OURS} og {EARLIER}", ReplyNamesSeveral),
        (f"> {OURS}\n> {EARLIER}", ReplyNamesSeveral),
    ],
)
def test_none_or_several_numbers_are_not_guessed_at(words, error):
    with pytest.raises(error):
        _ = read(plain(words)).number


def test_what_thunderbird_signs_along_counts_and_the_attached_key_does_not():
    subject = f"Re: Videresendt bekymringshenvendelse {OURS}"
    found = read(thunderbird_content("Ja, tak. Æøå.", subject, sender=f"{NAME} <{ADDRESS}>", key=EARLIER.encode()))
    assert (found.number, found.sender) == (OURS, ADDRESS.casefold())
    assert found.recipients == {"sikkerpost@randers.example"}
    with pytest.raises(ReplyNamesSeveral):
        _ = read(thunderbird_content(f"Også {EARLIER}.", subject, sender=ADDRESS)).number


def test_an_answer_in_html_alone_is_read_as_what_it_quotes():
    html = (
        f"Content-Type: text/html; charset=utf-8\n\n<p>Ja&nbsp;tak</p><b>Videresendt bekymringshenvendelse</b> {OURS}"
    )
    assert read(f"{html}<br>{EARLIER}".encode()).number == OURS
    both = "Content-Type: multipart/alternative; boundary=x\n\n--x\n{}\n--x\nContent-Type: text/html\n\n{}\n--x--\n"
    assert read(both.format(TEXT + OURS, EARLIER).encode()).number == OURS


def test_the_real_letter_quoted_back_names_itself():
    """Whatever our own letter says, its quotation is about its own referral."""
    from test_letter_text import FORWARD  # noqa: PLC0415 - one use

    text = letter_text(Letter(Kind.FORWARD, new_id(), "department:x", OURS, FORWARD))
    assert read(plain(f"Ja.\n\n{quoted(text)}")).number == OURS
    assert read(plain(f"Ja.\n\n{text}")).number == OURS


@pytest.mark.parametrize("kind", ANSWERED)
def test_each_of_our_letters_quoted_back_names_its_own_referral_whatever_else_it_names(kind):
    """A letter may tell of an earlier referral; and only what stands above it is the person's own."""
    text = f"{danish(HEADINGS[kind])} {OURS}\n=====\n\nTidligere henvendelse: {EARLIER}\nCPR-nummer: 190668-7074\n"
    for answer in (f"Ja.\n\n{quoted(text)}", f"Ja.\n\n-----Oprindelig meddelelse-----\nEmne: {text}"):
        found = read(plain(answer))
        assert found.number == OURS
        assert found.words.startswith("Ja.")
        assert EARLIER not in found.words


def test_a_sentence_that_names_our_letter_is_the_persons_own():
    said = f"Vi har fået bekymringshenvendelse {OURS} og tager den."
    assert read(plain(f"{said}\nHilsen B")).words == f"{said}\nHilsen B"


def test_who_answers_below_our_letter_is_read_where_they_wrote():
    """A mail program that marks nothing leaves both alike: better all of it than nothing."""
    assert read(plain(f"\n{LETTER}\n> Jens\nNEJ, han bor her ikke.")).words.endswith("NEJ, han bor her ikke.")
    assert read(plain(f"Ja.\n{LETTER}\nNEJ")).words == "Ja."
    assert not read(plain(f"> {OURS}\n")).words


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("=?UTF-8?Q?Birgit_Pr=C3=B8vegaard?= <b@x.example>", "Birgit Prøvegaard"),
        ('"Prøvegaard, Birgit" <b@x.example>', "Prøvegaard, Birgit"),
        ('"Birgit \\"B\\" P" <b@x.example>', 'Birgit "B" P'),
        ("b@x.example", ""),
        ("=?x-unknown?Q?=C3?= <b@x.example>", ""),
        ("B <b@x.example>, C <c@x.example>", ""),
    ],
)
def test_who_has_signed_is_the_name_the_program_signs_along(written, name):
    assert read(plain(OURS, f"From: {written}\n")).name == name


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<html><head><style>p{}</style></head><body><p>Ja&nbsp;tak &amp; hej</p></body>", "Ja tak & hej"),
        (f"<p>Nej.</p><blockquote>{LETTER}<blockquote>x</blockquote></blockquote>", "Nej."),
        ("<p>Nej.</p><blockquote>aldrig lukket", "Nej.  aldrig lukket"),
        ("<p>Hej</p><blockquote>ja?</blockquote>NEJ<BLOCKQUOTE type=cite>nej?</BLOCKQUOTE>", "Hej NEJ"),
        ("</blockquote>Ja<blockquote>x</blockquote>", "Ja"),
    ],
)
def test_what_is_read_of_an_answer_in_html_is_what_it_shows_and_does_not_quote(html, words):
    assert read(f"Content-Type: text/html; charset=utf-8\n\n{html}".encode()).words.replace("\xa0", " ") == words


def test_html_without_end_costs_little():
    begun = time.perf_counter()
    read(b"Content-Type: text/html\n\n" + b"<blockquote><body" * 60_000)
    assert time.perf_counter() - begun < 1


def nested(depth: int) -> bytes:
    heads = [f'Content-Type: multipart/mixed; boundary="b{place}"\n\n--b{place}\n' for place in range(depth)]
    return ("".join(heads) + TEXT + OURS).encode()


UNREADABLE = {
    "nothing at all": b"Content-Type: application/pdf\n\n%PDF",
    "only an attachment": b"Content-Type: text/plain\nContent-Disposition: attachment\n\n" + OURS.encode(),
    "too large": plain("x" * (2 * 1024 * 1024) + OURS),
    "too deep": nested(300),
    "too wide": plain("\n--\n" * 500 + OURS),
    "too many parameters": b"Content-Type: text/plain" + b";a=b" * 9000 + b"\n\n" + OURS.encode(),
    "a zero byte": plain(f"\0{OURS}"),
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_holds_no_text_of_a_persons_is_not_read_and_costs_little(content):
    begun = time.perf_counter()
    with pytest.raises(ReplyUnreadable):
        read(content)
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    "content",
    [
        plain(OURS, "Auto-Submitted: auto-replied\n"),
        f'Content-Type: multipart/report; boundary="b"\n\n--b\n{TEXT}{OURS}\n--b--\n'.encode(),
    ],
)
def test_what_a_machine_has_answered_is_no_persons_answer(content):
    """RFC 3834, RFC 8098: somebody is away, or the mail was displayed."""
    with pytest.raises(ReplyAutomatic):
        read(content)


@pytest.mark.parametrize("name", ["From", "To", "Subject", "Content-Type"])
def test_a_signed_header_that_stands_twice_is_believed_in_neither_place(name):
    head = f"{name}: text/plain\n{name}: text/plain\n" if name != "Content-Type" else "Content-Type: text/plain\n"
    with pytest.raises(EnvelopeDisagrees):
        read(plain(OURS, head))


def test_one_of_our_own_letters_in_form_is_no_answer():
    from gateway.wire import payload  # noqa: PLC0415 - one use

    who = {"party": "region", "address": "a@b.example", "fingerprint": "0" * 40}
    letter = Letter(Kind.KEY_CHANGE, new_id(), "730", "", {})
    address = payload.Address.model_validate(who)
    from mails import NOW  # noqa: PLC0415 - one use

    real = payload.written(letter, sender=address, reader=address, now=NOW).encoded()
    part = "Content-Type: multipart/mixed; boundary=x\n\n--x\n{}\n--x\nContent-Type: application/json\n\n{}\n--x--\n"
    with pytest.raises(LetterOutOfTurn):
        read(part.format(TEXT + OURS, real.decode()).encode())
    assert read(part.format(TEXT + OURS, PAYLOAD.decode()).encode()).number == OURS


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (ADDRESS, ADDRESS.casefold()),
        (f"{NAME} <{ADDRESS}>", ADDRESS.casefold()),
        (f"Hjemmepleje Øst <{ADDRESS}>", ADDRESS.casefold()),
        (f'"a\\"b@c.example" <{ADDRESS}>', ADDRESS.casefold()),
        (f"x@y.example, {ADDRESS}", ""),
        (f"Hjemmepleje, Øst <{ADDRESS}>", ""),
        (f"<x@y.example> <{ADDRESS}>", ""),
        (f"{ADDRESS}\nFrom: x@y.example", ""),
        ("", ""),
    ],
)
def test_from_whom_a_mail_says_it_comes_is_one_address_or_none(written, address):
    assert sender_of(f"From: {written}\nTo: a@b.example\n\nHej".encode()) == address


def test_only_one_encrypted_part_is_taken_out_of_a_mail():
    for raw in (b"", b"From: a@b.example\n\nHej", plain(OURS), UNREADABLE["too deep"], UNREADABLE["too large"]):
        with pytest.raises(NotAnEnvelope):
            unwrap(raw)


LINES = st.lists(st.tuples(st.booleans(), st.sampled_from([OURS, EARLIER, "Ja, tak.", "", "æ; --x"])), max_size=12)


@given(LINES)
def test_what_the_person_wrote_counts_before_what_they_quoted_and_two_numbers_never(lines):
    written = {
        marked: {text for place, text in lines if place is marked and text.startswith("20")} for marked in (True, False)
    }
    found = written[False] or written[True]
    answer = read(plain("\n".join(f"> {text}" if marked else text for marked, text in lines)))
    if len(found) == 1:
        assert {answer.number} == found
    else:
        with pytest.raises(ReplyNamesSeveral if found else ReplyWithoutNumber):
            _ = answer.number


@given(st.binary(max_size=400))
@example(b"Content-Type: multipart/encrypted; boundary=\n\n")
def test_no_bytes_at_all_lead_anywhere_but_to_a_refusal(content):
    sender_of(content)
    for step in (unwrap, read):
        try:
            step(content)
        except WireError:
            continue
