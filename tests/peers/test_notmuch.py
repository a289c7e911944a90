"""notmuch, which tells as JSON what many mail programs built on the same library show: it reads, and writes nothing."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from peer_post import SUBJECT, Post, gpg_home, reads_well
from peer_table import record

pytestmark = pytest.mark.peers


@dataclass(frozen=True)
class Notmuch:
    """A mail store with one person's keys."""

    mail: Path
    keys: Path

    def __call__(self, *line: str) -> str:
        told = os.environ | {"NOTMUCH_CONFIG": str(self.mail / "config"), "GNUPGHOME": str(self.keys)}
        done = subprocess.run(
            ["notmuch", *line],
            capture_output=True,
            text=True,
            env=told,
            timeout=60,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout

    def reads(self, raw: bytes) -> dict:
        """Put a mail into the store, and tell what is shown of it."""
        (self.mail / "cur").mkdir()
        (self.mail / "cur" / "1:2,S").write_bytes(raw)
        self("new")
        shown = json.loads(self("show", "--format=json", "--decrypt=true", "--entire-thread=false", "*"))
        while isinstance(shown, list):
            shown = shown[0]
        return shown

    @property
    def version(self) -> str:
        return self("--version").split()[1]


@pytest.fixture
def notmuch(post, tmp_path) -> Iterator[Notmuch]:
    lines = ("[database]", f"path={tmp_path}", "[user]", "name=Anne Testesen", f"primary_email={post.unit.address}")
    (tmp_path / "config").write_text("\n".join(lines) + "\n")
    with gpg_home(post.unit.secret, post.region.certificate) as keys:
        yield Notmuch(tmp_path, keys)


def leaves(part: dict) -> Iterator[dict]:
    inside = part.get("content")
    for one in inside if isinstance(inside, list) else ():
        yield from leaves(one)
    if not isinstance(inside, list):
        yield part


def test_it_shows_the_true_subject_the_seal_the_signer_and_the_letter(post: Post, notmuch, request):
    shown = notmuch.reads(post.mail)
    assert shown["headers"]["Subject"] == SUBJECT
    assert shown["crypto"]["decrypted"] == {"status": "full", "header-mask": {"Subject": "[...]"}}
    (signature,) = shown["crypto"]["signed"]["status"]
    assert (signature["status"], signature["fingerprint"]) == ("good", post.region.key)
    assert shown["crypto"]["signed"]["encrypted"]
    assert "Subject" in shown["crypto"]["signed"]["headers"]
    (sealed,) = shown["body"]
    assert (sealed["content-type"], sealed["encstatus"]) == ("multipart/encrypted", [{"status": "good"}])
    _version, text, payload = leaves(sealed)
    assert (text["content-type"], text["content"]) == ("text/plain", post.text)
    reads_well(post, text["content"])
    assert (payload["content-disposition"], payload["filename"]) == ("attachment", "letter.json")
    assert "content" not in payload
    record(request, "notmuch", notmuch.version, opens=True, shows=True)


@pytest.mark.parametrize("why", ["flipped", "truncated", "by somebody else", "unsigned"])
def test_it_says_so_of_a_letter_that_was_spoiled(why, post: Post, notmuch):
    """No content of what was damaged, and no good signature on what another or nobody signed."""
    shown = notmuch.reads(post.spoiled_mails[why])
    signatures = [one["status"] for one in shown["crypto"].get("signed", {}).get("status", [])]
    assert "good" not in signatures
    damaged = why in {"flipped", "truncated"}
    assert shown["body"][0].get("encstatus") == [{"status": "bad" if damaged else "good"}]
    assert [part.get("content") for part in leaves(shown["body"][0]) if part["content-type"] == "text/plain"] == (
        [] if damaged else [post.text]
    )
