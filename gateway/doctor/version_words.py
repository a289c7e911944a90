"""What is said of a database that is another version's, or of which an old copy lies about."""

from collections.abc import Mapping
from typing import Final

from gateway.language import mark

SAID: Final[Mapping[str, tuple[str, str, str]]] = {
    "SCHEMA_OLDER": (
        mark("it is an earlier version's than this program"),
        mark("No letter is sent or received, and nobody can sign in."),
        mark("Bring it forward, with nobody at work here: database upgrade"),
    ),
    "SCHEMA_NEWER": (
        mark("it is a newer version's than this program"),
        mark("No letter is sent or received, and nobody can sign in."),
        mark("Install the newer program again."),
    ),
    "COPIES_LIE": (
        mark("an old copy of it lies in the folder for more than a month: {file}"),
        mark("Nothing in it is erased when its time has come."),
        mark("Delete it, if the site works."),
    ),
}
