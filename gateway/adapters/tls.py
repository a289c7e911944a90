"""TLS as both doors want it: 1.2 or newer, names and certificates checked."""

import ssl
from pathlib import Path


def client_context(ca_file: Path | None) -> ssl.SSLContext:
    """Trust the authorities in `ca_file`, or the machine's own when there is none."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Present `certificate`; raises OSError when either file cannot be read."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context
