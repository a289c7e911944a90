"""Certificates as files, for servers that read them from there: a good one, and each that must not be believed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

KEEPERS = 0o644
"""Servers drop their rights before they read, and everything here is thrown away after the test."""


@dataclass(frozen=True)
class Shown:
    """A certificate and its key."""

    certificate: Path
    key: Path


@dataclass
class Authorities:
    """An authority everybody here trusts, and one nobody does. `folder` is an existing folder."""

    folder: Path
    trusted: trustme.CA = field(default_factory=trustme.CA)
    unknown: trustme.CA = field(default_factory=trustme.CA)

    def __post_init__(self):
        self.trusted.cert_pem.write_to_path(self.ca_file)
        self.ca_file.chmod(KEEPERS)

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def issue(self, *names: str, known: bool = True, expired: bool = False) -> Shown:
        """Issue a certificate for host names or addresses, by an authority that is trusted or not."""
        ends = datetime.now(UTC) - timedelta(days=1) if expired else None
        authority = self.trusted if known else self.unknown
        issued = authority.issue_cert(*names, not_before=datetime.now(UTC) - timedelta(days=9), not_after=ends)
        count = len(list(self.folder.glob("*.key")))
        shown = Shown(self.folder / f"{names[0]}-{count}.pem", self.folder / f"{names[0]}-{count}.key")
        for blob in issued.cert_chain_pems:
            blob.write_to_path(shown.certificate, append=True)
        issued.private_key_pem.write_to_path(shown.key)
        for file in (shown.certificate, shown.key):
            file.chmod(KEEPERS)
        return shown
