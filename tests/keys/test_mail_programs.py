"""What a person's mail program seals: compressed or signed as text, and still proved twice; a letter may be neither."""

import pytest
from key_parties import Party

from keys.errors import (
    BadSignature,
    Compressed,
    NotForUs,
    SecondOpinionDiffers,
    Unsigned,
    WeakDigest,
    WrongSigner,
)

WORDS = "Hej Åse  \r\n\r\nVi tager over. \r\n".encode()
ODD = {
    "zip": (("--compress-algo", "zip"), Compressed),
    "zlib": (("--compress-algo", "zlib"), Compressed),
    "text": (("--textmode",), BadSignature),
    "text and zip": (("--textmode", "--compress-algo", "zip"), BadSignature),
}


@pytest.mark.parametrize(("options", "error"), ODD.values(), ids=ODD.keys())
def test_it_is_opened_from_a_mail_program_and_refused_as_a_letter(region: Party, municipality: Party, options, error):
    sealed = region.sealed_by_gpg(municipality, *options, content=WORDS)
    opened = municipality.open(sealed, region.key, by_mail_program=True)
    assert opened.content.replace(b"\r\n", b"\n") == WORDS.replace(b"\r\n", b"\n")
    assert opened.signed_by == region.key
    with pytest.raises(error):
        municipality.open(sealed, region.key)


def test_it_is_proved_as_a_letter_is(region: Party, municipality: Party, stranger: Party):
    unsigned = region.gpg("--armor", "--recipient", municipality.key, "--encrypt", data=WORDS)
    for sealed, signer, error in (
        (unsigned, region.key, Unsigned),
        (stranger.sealed_by_gpg(municipality, "--textmode", content=WORDS), region.key, WrongSigner),
        (region.sealed_by_gpg(stranger, "--textmode", content=WORDS), region.key, NotForUs),
        (
            region.sealed_by_gpg(municipality, "--textmode", "--digest-algo", "SHA1", content=WORDS),
            region.key,
            WeakDigest,
        ),
    ):
        with pytest.raises(error):
            municipality.open(sealed, signer, by_mail_program=True)


def test_what_the_second_implementation_does_not_confirm_is_refused(region: Party, municipality: Party):
    """bzip2 is packed in a way that only one of the two can read."""
    with pytest.raises(SecondOpinionDiffers):
        municipality.open(
            region.sealed_by_gpg(municipality, "--compress-algo", "bzip2", content=WORDS * 99),
            region.key,
            by_mail_program=True,
        )
