"""Whose pages may talk to us: our own. A browser says with each connection which page it is for (RFC 6455, 10.2)."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = ("127.0.0.1", "localhost")
ORDINARY_PORT: Final = 443


@dataclass(frozen=True)
class Origins:
    """The names we answer to: loopback on our own port, and the address of the proxy in front when there is one."""

    port: int
    public: str | None = None

    @property
    def all(self) -> frozenset[str]:
        """Give every origin a page of ours can have."""
        own = {f"http://{name}:{self.port}" for name in LOOPBACK}
        return frozenset(own | ({self.public} if self.public else set()))

    @property
    def address(self) -> str:
        """Give the address people type."""
        return self.public or f"http://{LOOPBACK[0]}:{self.port}"

    def is_ours(self, origin: str | None) -> bool:
        """Tell whether a connection comes from a page of ours; one that does not say comes from no browser."""
        return origin in self.all

    def answers_to(self, host: str | None) -> bool:
        """Tell whether a request names us; another name on our address is somebody's trick (DNS rebinding)."""
        return (host or "").casefold() in {origin.partition("//")[2] for origin in self.all}


def public_origin(text: str) -> str:
    """Read the address a proxy is reached at, for argparse: https, a name and perhaps a port, and nothing more."""
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError
    if parts.path not in {"", "/"} or parts.query or parts.fragment or not parts.hostname.isascii():
        raise ValueError
    port = "" if parts.port in {None, ORDINARY_PORT} else f":{parts.port}"
    return f"https://{parts.hostname}{port}"
