"""What a restore needs of the site it opens."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from sqlmodel import Session

from directory.own import OwnBook
from gateway.audit.statements import Notary
from gateway.exchange.identity import Identity
from gateway.exchange.ports import Post
from gateway.site.cipher import Vault
from gateway.site.home import Home
from gateway.site.ports import Sessions
from gateway.site.settings import Settings
from keys.keyring import Keyring


class Opened(Protocol):
    """An opened site."""

    @property
    def database(self) -> Sessions:
        """Give its database."""
        ...

    @property
    def keyring(self) -> Keyring:
        """Give its keys."""
        ...

    @property
    def vault(self) -> Vault:
        """Give what locks its database."""
        ...

    @property
    def own(self) -> Identity:
        """Tell who it is."""
        ...

    @property
    def post(self) -> Post:
        """Give its outbox."""
        ...

    @property
    def notary(self) -> Notary:
        """Give what signs statements about its audit trail."""
        ...

    def own_book(self, session: Session) -> OwnBook:
        """Give the book about itself."""
        ...


OpenAs = Callable[[Home, Settings], AbstractContextManager[Opened]]
"""Opens a folder as the site that these settings are of; raises what opening a site does, and WrongEnd."""
