"""The colours of both terminals: calm, high in contrast, light and dark, and the same meaning in each.

Colour never stands alone: wherever it says something, a sign or a word says it too.
"""

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="stafet-dark",
    primary="#7FB5D6",
    secondary="#A8C5B5",
    accent="#E8C07D",
    warning="#E8C07D",
    error="#F0938A",
    success="#93C9A1",
    foreground="#E6EAEE",
    background="#12181E",
    surface="#1A222A",
    panel="#24303A",
    dark=True,
    variables={
        "stafet-quiet": "#A7B3BE",
        "stafet-selected": "#2C4456",
        "scrollbar": "#33424E",
        "scrollbar-hover": "#4A5D6B",
        "scrollbar-active": "#7FB5D6",
        "scrollbar-background": "#1A222A",
        "scrollbar-background-hover": "#1A222A",
        "scrollbar-background-active": "#1A222A",
        "scrollbar-corner-color": "#1A222A",
    },
)
"""Light letters on a dark ground; every text colour is at least 6:1 on its ground."""

LIGHT: Final = Theme(
    name="stafet-light",
    primary="#1F5F86",
    secondary="#3B6B55",
    accent="#80560B",
    warning="#80560B",
    error="#A02A20",
    success="#22693A",
    foreground="#1B242C",
    background="#F3F5F6",
    surface="#FFFFFF",
    panel="#E1E8ED",
    dark=False,
    variables={
        "stafet-quiet": "#505E6A",
        "stafet-selected": "#D3E4EF",
        "scrollbar": "#B7C3CC",
        "scrollbar-hover": "#93A3AF",
        "scrollbar-active": "#1F5F86",
        "scrollbar-background": "#FFFFFF",
        "scrollbar-background-hover": "#FFFFFF",
        "scrollbar-background-active": "#FFFFFF",
        "scrollbar-corner-color": "#FFFFFF",
    },
)
"""Dark letters on a light ground."""
