"""The search for personal text is itself tried out: a search that finds nothing proves nothing."""

import base64
import email.message
import json

import pytest
from traces import Traces, pieces, shapes

TEXT = "Kvasterblomme Ægirsdøttir"


@pytest.mark.parametrize("shape", sorted(set(shapes(TEXT))))
def test_every_shape_of_a_text_is_found(shape):
    assert Traces([TEXT]).within(b"\x00\xff before " + shape + b" after") == {TEXT}


@pytest.mark.parametrize("before", range(7))
def test_a_text_in_base64_is_found_wherever_it_begins_and_the_lines_break(before):
    content = base64.encodebytes(b"x" * before + TEXT.encode() * 4)

    assert Traces([TEXT]).within(content) == {TEXT}


@pytest.mark.parametrize("transfer", ["quoted-printable", "base64", "8bit"])
def test_a_text_in_an_open_mail_is_found(transfer):
    mail = email.message.EmailMessage()
    mail.set_content(f"Borgeren hedder {TEXT}.\n", charset="utf-8", cte=transfer)

    assert Traces([TEXT]).within(bytes(mail)) or Traces(pieces(TEXT)).within(bytes(mail))


def test_a_text_in_json_is_found():
    assert Traces([TEXT]).within(json.dumps({"name": TEXT}).encode()) == {TEXT}


def test_a_text_in_a_file_or_its_name_is_found(tmp_path):
    (tmp_path / "a" / TEXT).mkdir(parents=True)
    (tmp_path / "a" / "log").write_bytes(b"\0" + TEXT.encode("latin-1"))

    assert Traces([TEXT]).below(tmp_path) == {f"a/{TEXT}": {TEXT}, "a/log": {TEXT}}


def test_what_is_not_there_is_not_found(tmp_path):
    (tmp_path / "log").write_bytes(b"Kvaster blomme")

    assert Traces([TEXT]).below(tmp_path) == {}
