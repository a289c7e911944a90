"""TLS as both doors want it: 1.2 or newer, names and certificates checked."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding


def client_context(ca_file: Path | None) -> ssl.SSLContext:
    """Trust the authorities in `ca_file`, or the machine's own when there is none; raises ssl.SSLError."""
    with _read():
        context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Present `certificate`; raises ssl.SSLError when either file cannot be read."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with _read():
        context.load_cert_chain(certificate, key)
    return context


@contextmanager
def _read() -> Iterator[None]:
    """Let a file that is not there, or may not be read, be told from other trouble, as one without a certificate is."""
    try:
        yield
    except ssl.SSLError:
        raise
    except OSError as error:
        raise ssl.SSLError(error.errno, error.strerror) from error


def own_context(certificate: Path | None) -> ssl.SSLContext:
    """Trust this one certificate and no other, whatever it names; raises OSError or ValueError when there is none."""
    first = x509.load_pem_x509_certificate((certificate or Path()).read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=first.public_bytes(Encoding.PEM).decode())
    return context
