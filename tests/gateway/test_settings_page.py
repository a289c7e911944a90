"""`docs/settings.md` names every setting there is, with its own default and bounds."""

import re
import tomllib
from pathlib import Path
from typing import get_args, get_origin

import pytest
from pydantic import BaseModel

from gateway.site.settings import OutcomeSetting, Settings
from inbox_tui.casework.outcomes import Outcome

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
TOLD = {
    name: (default, what)
    for name, default, what in re.findall(r"^\| `([a-z_.]+)` \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)
}


def models(annotation):
    """Give the table of settings a field holds, also one that may be left out."""
    kinds = (annotation,) if get_origin(annotation) is tuple else get_args(annotation) or (annotation,)
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]


def settings(model=Settings, place=""):
    for name, field in model.model_fields.items():
        table = next((one for one in models(field.annotation)), None)
        if table:
            yield from settings(table, f"{place}{name}.")
        else:
            yield f"{place}{name}", field


EVERY = dict(settings()) | {f"casework.outcomes.{name}": field for name, field in OutcomeSetting.model_fields.items()}


def test_every_setting_is_told_of_and_no_other():
    assert sorted(TOLD) == sorted(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_its_default_is_its_own(name):
    """What is no value is said in words: where it comes from, or what holds instead."""
    field, (default, _what) = EVERY[name], TOLD[name]
    try:
        value = tomllib.loads(f"value = {default.strip('`')}")["value"]
    except tomllib.TOMLDecodeError:
        assert field.is_required() or field.default in {None, ()}
    else:
        assert value == field.default


@pytest.mark.parametrize("name", [name for name, field in EVERY.items() if field.annotation is int])
def test_its_bounds_are_its_own(name):
    bounds = re.search(r"\((\d+) to (\d+)\)", TOLD[name][1])
    own = [getattr(one, side) for side in ("ge", "le") for one in EVERY[name].metadata if hasattr(one, side)]
    assert bounds
    assert own == [int(bound) for bound in bounds.groups()]


def test_its_example_can_be_read():
    example = tomllib.loads(re.search(r"```toml\n(.+?)```", PAGE, re.DOTALL)[1])
    codes = [OutcomeSetting(**one).code for one in example["casework"]["outcomes"]]
    assert len(codes) == len(set(codes)) == 2
    assert [code for code in Outcome if f"`{code}`" not in TOLD["casework.outcomes.code"][1]] == []
