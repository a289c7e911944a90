"""How `make docs` makes the handbook: Sphinx, pages in Markdown (MyST), Furo's looks, and no network."""  # noqa: INP001 - Sphinx reads it

import tomllib
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "Stafet"
author = "the Stafet project"
copyright = "the Stafet project, EUPL-1.2"  # noqa: A001 - Sphinx asks for it by this name
release = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]["version"]
language = "en"

extensions = ["myst_parser"]
exclude_patterns = ["images"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = f"Stafet {release}: the handbook"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": False, "top_of_page_buttons": []}


def setup(app: Sphinx) -> None:
    """Show a drawing in Mermaid as its text: the drawing program would be fetched from elsewhere."""
    app.add_lexer("mermaid", TextLexer)
