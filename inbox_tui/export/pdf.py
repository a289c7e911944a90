"""A case as a PDF on A4: whose it is and which sheet of how many stands on every one of them (E11).

The fonts are DejaVu Sans, which matplotlib brings along: Latin, Greek and Cyrillic letters, and many signs. What they
lack is drawn as an empty box, and a line at the end says so. Nothing is markup to the library, and what is drawn cannot
hold the sign that stands for the number of sheets: it is one of those that `plain` takes out.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

from gateway.language import gettext as _
from gateway.language import in_use
from gateway.terminal.sections import Section, Tone
from inbox_tui.export.facts import Stamp
from inbox_tui.export.paper import Paper

FONT: Final = "DejaVu Sans"
FONTS: Final = Path("mpl-data", "fonts", "ttf")
MISSING: Final = "\N{WHITE SQUARE}"
"""Drawn for a character the font lacks."""
SHEETS: Final = 3 * "\ue000"
"""Stands for the number of sheets until it is known; as wide as three digits."""

MARGIN: Final = 18.0
TOP: Final = 28.0
BOTTOM: Final = 24.0
LABELS: Final = 46.0
"""Millimetres from the left edge of the text to what stands beside a label."""
LINE: Final = 4.9
TITLE_SIZE, HEADING_SIZE, SIZE, SMALL = 15, 11, 9.5, 7.5
"""Points."""
GREY: Final = 90
TOGETHER: Final = 4
"""Lines that must find room under a heading, so that none ends a sheet."""

STRONG: Final = frozenset({Tone.LEAD, Tone.ALERT})
"""What is drawn with a bar beside its heading; its words say it too."""


def as_pdf(paper: Paper, stamp: Stamp) -> bytes:
    """Draw it. What the file says of itself is the referral's number, when it was made, and by which program."""
    sheets = _Sheets(paper)
    sheets.set_title(paper.number)
    sheets.set_creator("Stafet")
    sheets.set_lang(in_use())
    sheets.set_creation_date(stamp.at)
    sheets.draw()
    return bytes(sheets.output())


class _Sheets(FPDF):
    """The sheets of one case. The library calls `header` and `footer` for each."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self._paper = paper
        self._lacks = False
        for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.add_font(FONT, style, _fonts() / file)
        self.c_margin = 0
        self.alias_nb_pages(SHEETS)
        self.set_margins(MARGIN, TOP, MARGIN)
        self.set_auto_page_break(auto=True, margin=BOTTOM)

    def header(self) -> None:
        """Say on every sheet whose it is, which referral, and which sheet this is."""
        sheet = _("page {page} of {pages}").format(page=self.page_no(), pages=SHEETS)
        whose = f"{self._paper.title} · {self._paper.cpr}"
        self.set_y(12)
        self.set_font(FONT, "B", SIZE)
        room = self.epw - self.get_string_width(sheet) - 6
        self.cell(room, LINE, self._fitting(whose, room))
        self.set_font(FONT, "", SIZE)
        self.cell(0, LINE, sheet, align=Align.R, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._rule(self.get_y() + 1.5)
        self.set_y(TOP)

    def footer(self) -> None:
        """Say on every sheet which agreement it rests on, and by whom it was taken out, and when."""
        self.set_y(-BOTTOM + 6)
        self._rule(self.get_y())
        self.set_y(self.get_y() + 1.5)
        self.set_font(FONT, "", SMALL)
        self.set_text_color(GREY)
        for line in (self._paper.agreement, self._paper.exported):
            self.cell(0, 3.8, self._fitting(line, self.epw), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_text_color(0)

    def draw(self) -> None:
        """Draw the title, then section by section."""
        self.add_page()
        self._write(self._paper.title, "B", TITLE_SIZE, 7)
        self._write("\n".join(self._paper.standing))
        for section in self._paper.sections:
            self._section(section)
        if self._lacks:
            lacking = _("{box} stands for a character this font does not have. The same export as text has it.")
            self.ln(LINE)
            self._write(lacking.format(box=MISSING), size=SMALL)

    def _section(self, section: Section) -> None:
        self._keep_together((1 + TOGETHER) * LINE)
        self.ln(LINE)
        if section.tone in STRONG:
            self.rect(MARGIN - 4, self.get_y(), 1.6, 6, style="F")
        self._write(section.heading, "B", HEADING_SIZE, 6)
        if section.text:
            self._write(section.text)
        for label, value in section.facts:
            self._fact(label, value)

    def _fact(self, label: str, value: str) -> None:
        """Draw a label, and what stands beside it; that may take many lines, and go on overleaf."""
        self._keep_together(2 * LINE)
        sheet, top = self.page, self.get_y()
        self.set_text_color(GREY)
        self._write(label, width=LABELS - 2)
        self.set_text_color(0)
        below = self.get_y()
        self.set_xy(MARGIN + LABELS, top)
        self._write(value)
        if self.page == sheet:
            self.set_y(max(below, self.get_y()))

    def _write(self, text: str, style: str = "", size: float = SIZE, height: float = LINE, width: float = 0) -> None:
        self.set_font(FONT, style, size)
        self.multi_cell(width, height, self._drawable(text), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _keep_together(self, height: float) -> None:
        if self.will_page_break(height):
            self.add_page()

    def _rule(self, at: float) -> None:
        self.set_draw_color(GREY)
        self.line(MARGIN, at, self.w - MARGIN, at)

    def _fitting(self, text: str, room: float) -> str:
        """Cut a line to the room there is, where it is in nobody's hand how long it is."""
        written = self._drawable(text)
        while written and self.get_string_width(written) > room:
            written = written.removesuffix("…")[:-1] + "…"
        return written

    def _drawable(self, text: str) -> str:
        """Put the box where the font has no character."""
        drawn = "".join(map(self._shown, text))
        self._lacks = self._lacks or drawn != text
        return drawn

    def _shown(self, character: str) -> str:
        font = self.current_font
        known = isinstance(font, TTFFont) and ord(character) in font.cmap
        return character if known or character == "\n" else MISSING


def _fonts() -> Path:
    """Find the fonts without loading what brings them along."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise FileNotFoundError
    return Path(found.origin).parent / FONTS
