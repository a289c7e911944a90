"""The referral that is being written, and its saving behind the typing: what is called saved lies on the disk."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from gateway.desk.content import Content
from gateway.referring.drafts import Draft, DraftError, Drafts
from gateway.site.errors import SiteError
from gateway.site.people import Person


@dataclass
class Pad:
    """One referral on the desk. Nothing is stored before something is written; then every change is.

    `told` is called when what is known of the saving has changed. `lost` says why saving has stopped: a colleague has
    gone on with the draft, or it was sent or dropped meanwhile. `looked_up` are the numbers that earlier referrals were
    looked for by, as keyed hashes: each is noted once (S30).
    """

    drafts: Drafts
    person: Person
    content: Content = field(default_factory=dict, repr=False)
    draft: Draft | None = None
    lost: DraftError | None = None
    failing: bool = False
    looked_up: set[str] = field(default_factory=set, repr=False)
    told: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._stored: Content = self.draft.content if self.draft else {}
        self._one_at_a_time = asyncio.Lock()

    @property
    def saved_at(self) -> datetime | None:
        """Tell when it was last saved; None before that."""
        return self.draft.saved_at if self.draft else None

    @property
    def is_saved(self) -> bool:
        """Tell whether what stands on the pad is what lies on the disk."""
        return self.content == self._stored

    def write(self, content: Content) -> None:
        """Take a new content; call `save` then."""
        self.content = content

    async def save(self) -> None:
        """Store what stands here now, and what is written meanwhile. Trouble is kept, not raised: the text stays."""
        async with self._one_at_a_time:
            while not (self.is_saved or self.lost):
                content = self.content
                try:
                    self.draft = await asyncio.to_thread(self._put, content)
                except DraftError as lost:
                    self.lost = lost
                except (SQLAlchemyError, SiteError):
                    self.failing = True
                    break
                else:
                    self._stored, self.failing = content, False
                self.told()
        self.told()

    def take(self, draft: Draft) -> None:
        """Go on from what a colleague has saved."""
        self.draft, self.content, self._stored, self.lost = draft, draft.content, draft.content, None

    def part(self) -> None:
        """Keep what stands here as a draft of its own; call `save` then."""
        self.draft, self._stored, self.lost = None, {}, None

    def _put(self, content: Content) -> Draft:
        if self.draft is None:
            return self.drafts.begin(self.person, content)
        return self.drafts.save(self.draft, content, self.person)
