"""The certificate a site makes for its own door: the other end trusts it, and nothing else by it."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from gateway.adapters.certificates import LIFETIME, self_signed
from gateway.adapters.tls import client_context, server_context
from gateway.site.home import write_private

NOW = datetime(2026, 11, 22, 7, 14, tzinfo=UTC)


def shake_hands(folder, hostname, asked_for):
    """Let a client that trusts the certificate alone ask for a name; gives the TLS version spoken."""
    certificate, key = self_signed(hostname, datetime.now(UTC))
    write_private(folder / "door.pem", certificate)
    write_private(folder / "door.key", key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context(folder / "door.pem", folder / "door.key").wrap_bio(to_server, to_client, server_side=True)
    client = client_context(folder / "door.pem").wrap_bio(to_client, to_server, server_hostname=asked_for)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client.version()


@pytest.mark.parametrize("hostname", ["127.0.0.1", "::1", "stafet.randers.example"])
def test_who_was_given_the_certificate_trusts_the_door_by_it(tmp_path, hostname):
    assert shake_hands(tmp_path, hostname, hostname) == "TLSv1.3"


@pytest.mark.parametrize("asked_for", ["127.0.0.2", "localhost", "stafet.favrskov.example"])
def test_it_stands_for_its_own_name_alone(tmp_path, asked_for):
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(tmp_path, "stafet.randers.example", asked_for)


def test_it_holds_two_years_and_began_an_hour_ago_because_clocks_differ():
    certificate = x509.load_pem_x509_certificate(self_signed("127.0.0.1", NOW)[0])
    assert certificate.not_valid_before_utc == NOW - timedelta(hours=1)
    assert certificate.not_valid_after_utc == NOW + LIFETIME


def test_a_long_name_does_not_break_it(tmp_path):
    name = ".".join(["stafet"] * 12) + ".example"
    assert shake_hands(tmp_path, name, name)


def test_contexts_speak_tls_1_2_or_newer_and_check_names(tmp_path):
    certificate, key = self_signed("127.0.0.1", NOW)
    write_private(tmp_path / "door.pem", certificate)
    write_private(tmp_path / "door.key", key)
    for context in (client_context(None), server_context(tmp_path / "door.pem", tmp_path / "door.key")):
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert client_context(None).check_hostname
    assert client_context(None).verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(OSError, match="No such file"):
        server_context(tmp_path / "missing.pem", tmp_path / "door.key")
