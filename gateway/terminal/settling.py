"""Keys that come at once, as on a slow line: those of one burst may still be on their way to a field."""

import asyncio

from textual.widget import Widget


async def settled(widget: Widget) -> None:
    """Wait until a field has taken every key that was pressed before."""
    for one in (*widget.ancestors_with_self, widget.app):
        done = asyncio.Event()
        one.call_later(done.set)
        await done.wait()
