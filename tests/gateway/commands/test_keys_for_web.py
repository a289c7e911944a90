"""`keys export --wkd`: the key where mail programs look for it, as a web server can serve it."""

import stat
import subprocess

import sites
from typed import OUT_OF_REACH, REFUSED, ask

from gateway.site.people import Role
from keys import wkd
from keys.keyring import inspect_public

ADDRESS = "henvendelser@praehospitalet.example"


def test_the_tree_holds_our_key_and_nothing_else(stafet, tmp_path):
    told = stafet.json("keys", "export", "--wkd", tmp_path / "web")
    written = {str(file.relative_to(tmp_path / "web")) for file in (tmp_path / "web").rglob("*") if file.is_file()}
    assert set(told["files"]) == written
    assert told["folder"] == str(tmp_path / "web")
    name = wkd.path(ADDRESS).name
    assert written == {
        f"openpgpkey.praehospitalet.example/.well-known/openpgpkey/praehospitalet.example/hu/{name}",
        "openpgpkey.praehospitalet.example/.well-known/openpgpkey/praehospitalet.example/policy",
        f"praehospitalet.example/.well-known/openpgpkey/hu/{name}",
        "praehospitalet.example/.well-known/openpgpkey/policy",
    }
    for method in wkd.Method:
        blob = (tmp_path / "web" / wkd.path(ADDRESS, method)).read_bytes()
        assert inspect_public(blob).fingerprint == told["fingerprint"]
    assert told["fingerprint"] == stafet.json("keys", "export")["fingerprint"]


def test_a_web_server_may_read_every_file_whatever_the_site_keeps_to_itself(stafet, tmp_path):
    stafet("keys", "export", "--wkd", tmp_path / "web")
    for place in [tmp_path / "web", *(tmp_path / "web").rglob("*")]:
        assert stat.S_IMODE(place.stat().st_mode) == (0o755 if place.is_dir() else 0o644)


def test_a_person_is_told_which_host_serves_which_folder(stafet, tmp_path):
    said = stafet("keys", "export", "--wkd", tmp_path / "web")
    assert f"web server of openpgpkey.praehospitalet.example serve {tmp_path}/web/openpgpkey.praehospitalet" in said
    assert f"let praehospitalet.example serve {tmp_path}/web/praehospitalet.example" in said


def test_it_is_written_again_over_the_last_one_and_a_folder_keeps_its_rights(stafet, tmp_path):
    (tmp_path / "web").mkdir()
    (tmp_path / "web").chmod(0o750)
    first = stafet.json("keys", "export", "--wkd", tmp_path / "web")
    (tmp_path / "web" / first["files"][0]).write_bytes(b"old")
    assert stafet.json("keys", "export", "--wkd", tmp_path / "web") == first
    assert (tmp_path / "web" / first["files"][0]).read_bytes() != b"old"
    assert stat.S_IMODE((tmp_path / "web").stat().st_mode) == 0o750


def test_a_file_is_no_folder(stafet, tmp_path):
    (tmp_path / "file").write_bytes(b"mine")
    assert stafet.json("keys", "export", "--wkd", tmp_path / "file", code=REFUSED)["error"] == "NOT_A_FOLDER"
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_a_folder_that_cannot_be_made_is_out_of_reach(stafet, tmp_path):
    (tmp_path / "file").write_bytes(b"mine")
    assert stafet.json("keys", "export", "--wkd", tmp_path / "file" / "web", code=OUT_OF_REACH)["error"]


def test_a_key_without_the_address_in_use_is_not_published(stafet, tmp_path):
    """The address has changed and the key has not: mail programs would not take it."""
    settings = stafet.home / "settings.toml"
    settings.write_text(settings.read_text().replace(ADDRESS, "andre@praehospitalet.example"))
    assert stafet.json("keys", "export", "--wkd", tmp_path / "web", code=REFUSED)["error"] == "ADDRESS_NOT_IN_KEY"
    assert not (tmp_path / "web").exists()


def test_it_is_one_place_or_the_other(stafet, tmp_path):
    stafet("keys", "export", "--wkd", tmp_path / "web", "--output", tmp_path / "key.asc", code=REFUSED)
    assert not list(tmp_path.glob("key.asc"))


def test_it_is_noted_who_did_it_and_only_an_administrator_may(stafet, tmp_path):
    stafet("keys", "export", "--wkd", tmp_path / "web")
    assert ("export-key",) in ask(stafet.home, "SELECT action FROM audit_entries")
    stafet.hire("Sofie Sender", Role.SENDER)
    told = stafet.json("keys", "export", "--wkd", tmp_path / "other", "--as", "Sofie Sender", code=REFUSED)
    assert told["error"] == "MAY_NOT"
    assert not (tmp_path / "other").exists()


def test_gpg_takes_the_key_from_the_file_a_web_server_would_serve(stafet, tmp_path):
    stafet("keys", "export", "--wkd", tmp_path / "web")
    with sites.short_folder() as home:
        gpg = ["gpg", "--batch", "--no-options", "--homedir", home]
        shown = subprocess.run(
            [*gpg, "--show-keys", "--with-colons", tmp_path / "web" / wkd.path(ADDRESS)],
            capture_output=True,
            check=True,
            timeout=20,
        )
    assert ADDRESS.encode() in shown.stdout


def test_without_a_folder_it_is_usage(stafet):
    stafet("keys", "export", "--wkd", code=REFUSED)


def test_a_folder_named_from_here_is_told_whole(stafet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert stafet.json("keys", "export", "--wkd", "web")["folder"] == str(tmp_path / "web")
