"""Text in terminal cells: cut, padded and laid in columns, where a character may be two cells wide or none."""

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"


def fit(text: str, width: int) -> str:
    """Make `text` exactly `width` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + ELLIPSIS, width)


def fit_right(text: str, width: int) -> str:
    """Make `text` exactly `width` cells, set to the right."""
    return " " * max(0, width - cell_len(text)) + fit(text, min(width, cell_len(text)))


def join_fitting(parts: tuple[str, ...], separator: str, width: int) -> str:
    """Join as many whole parts as there is room for; an ellipsis stands for the rest."""
    joined = separator.join(parts)
    kept = len(parts)
    while cell_len(joined) > width and kept > 1:
        kept -= 1
        joined = separator.join((*parts[:kept], ELLIPSIS))
    return fit(joined, width)
