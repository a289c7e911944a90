"""Draw docs/conversation.md from the code: `python docs/draw_conversation.py`, or `make docs`."""  # noqa: INP001 - a script

import ast
import inspect
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Final

from gateway.wire import conversation, letters
from gateway.wire.conversation import SEQUENCE, Side, Stage
from gateway.wire.letters import Kind

PAGE: Final = Path(__file__).with_name("conversation.md")
EITHER: Final = "either side"
INTRO: Final = """\
# Who may say what, and when

For whoever changes what is said, or wonders why a letter was refused. A conversation is the letters about one
referral, between Præhospitalet and one municipality. What has been said so far is its stage, and one table says which
letter may come next from whom. Both ends hold the same table: a letter that cannot come now is not sent, and one that
arrives all the same is refused with `OUT_OF_TURN`.

Letters can cross on the way. The table is made so that they lead to the same stage in whichever order each end hears
them. A technical receipt is no part of it: it answers one letter, changes nothing, and is itself never answered.

This page is drawn from the table in `gateway/wire/conversation.py` by `make docs`; a test fails when it is not.
"""


def page() -> str:
    """Write the whole page."""
    parts = (
        INTRO,
        "## The stages\n",
        "\n".join(diagram()),
        "Letters that leave a conversation where it is are not drawn; the table below has them all.\n",
        "\n".join(table(("Stage", "What has been said"), described(conversation, Stage))),
        "## Who may send what\n",
        "For each stage, who may send the letter now; an arrow where that leads to another stage.\n",
        "\n".join(table(("Letter", *map(spoken, Stage)), allowed())),
        "## The letters\n",
        "\n".join(table(("Letter", "What it says"), described(letters, Kind))),
    )
    return "\n".join(parts)


def diagram() -> Iterator[str]:
    """Draw what leads from one stage to another (Mermaid)."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield from (f'    state "{spoken(stage)}" as {stage.name.lower()}' for stage in Stage if stage is not Stage.SILENT)
    for before in Stage:
        for kind in Kind:
            yield from (
                f"    {_node(before)} --> {_node(to)} : {who}, {spoken(kind)}" for to, who in _moves(before, kind)
            )
    yield "```\n"


def allowed() -> Iterator[tuple[str, ...]]:
    """Give one row for each letter: who may send it at each stage."""
    for kind in Kind:
        if any(said is kind for _stage, _side, said in SEQUENCE):
            yield (f"**{spoken(kind)}**", *(_cell(stage, kind) for stage in Stage))


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Write a table in Markdown."""
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |"
    yield ""


def described(module: ModuleType, words: type[StrEnum]) -> Iterator[tuple[str, str]]:
    """Give each member of an enumeration with the sentence that stands under it in the code."""
    tree = ast.parse(inspect.getsource(module))
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == words.__name__)
    sentences = [ast.literal_eval(node.value) for node in found.body if isinstance(node, ast.Expr)]
    for member, sentence in zip(words, sentences[1:], strict=True):  # the first is about them all
        yield f"**{spoken(member)}**", " ".join(sentence.split())


def spoken(member: StrEnum) -> str:
    """Write a member as words."""
    return member.value.replace("-", " ")


def _moves(before: Stage, kind: Kind) -> Iterator[tuple[Stage, str]]:
    """Tell where a letter leads, when that is another stage, and who may send it."""
    after = {side: SEQUENCE.get((before, side, kind)) for side in Side}
    for stage in Stage:
        sides = [side.value for side in Side if after[side] is stage]
        if sides and stage is not before:
            yield stage, EITHER if len(sides) == len(Side) else sides[0]


def _cell(stage: Stage, kind: Kind) -> str:
    sides = [side.value for side in Side if (stage, side, kind) in SEQUENCE]
    who = EITHER if len(sides) == len(Side) else "".join(sides)
    return " → ".join([who or "–", *(spoken(to) for to, _who in _moves(stage, kind))])


def _node(stage: Stage) -> str:
    return "[*]" if stage is Stage.SILENT else stage.name.lower()


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
