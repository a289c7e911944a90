"""The lines that tell where one is in a referral, and whether it is saved."""

from textual.content import Content
from textual.widgets import Static

from gateway.desk import words
from gateway.desk.content import Place
from gateway.desk.pad import Pad
from gateway.language import gettext as _
from gateway.language import mark

STEPS = {
    Place.SCREENING: mark("Is it acute?"),
    Place.MUNICIPALITY: mark("Municipality"),
    Place.CONSENT: mark("Consent"),
    Place.DETAILS: mark("The rest"),
}


class StepBar(Static):
    """The four steps, and the one we are at."""

    def __init__(self, place: Place) -> None:
        super().__init__(Content("  ›  ").join([self._step(one, place) for one in Place]), markup=False)

    @staticmethod
    def _step(one: Place, here: Place) -> Content:
        style = "bold $primary" if one is here else "$success" if one < here else "$stafet-quiet"
        sign = "✓" if one < here else str(one.value)
        return Content.assemble((f"{sign} {_(STEPS[one])}", style))


class SaveLine(Static):
    """Whether what was typed lies on the disk, and since when."""

    def __init__(self, pad: Pad) -> None:
        super().__init__("", markup=False)
        self._pad = pad

    def on_mount(self) -> None:
        """Say how it stands."""
        self.tell()

    def tell(self) -> None:
        """Say how it stands now; «saved» is said of nothing that is not."""
        pad = self._pad
        self.set_class(bool(pad.failing or pad.lost), "trouble")
        self.update(Content(said(pad)))


def said(pad: Pad) -> str:
    """Say whether the draft is saved."""
    if pad.failing:
        return _("! The draft could not be saved just now. Your text stands here; it is tried again and again.")
    if pad.lost:
        return _("! The draft is not being saved: a colleague has it, or it was sent.")
    if pad.saved_at is None:
        return _("Nothing has been written yet, and nothing is saved.")
    if not pad.is_saved:
        return _("Saving …")
    return _("The draft was saved {when}. The whole shift can open it. F8 puts it aside.").format(
        when=words.moment(pad.saved_at, pad.saved_at)
    )
