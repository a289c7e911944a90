"""The releases in which a municipality's own tables changed."""

from pathlib import Path
from typing import Final

from gateway.schema.branch import Step

REVISIONS: Final = Path(__file__).parent / "revisions"
STEPS: Final = (Step("unit_1", "0.1.0"), Step("unit_2", "0.2.0"))
