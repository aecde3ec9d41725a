"""What extends or configures the server is documented, and the pages say what is."""

from pathlib import Path

import pytest

from levelmark.operators import levelmark_operators
from levelmark.plugins import hookspecs
from levelmark.server.cli.main import levelmark
from tests.support.operators_page import PAGE, page

ROOT = Path(__file__).parents[1]


def documentation() -> str:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    return "\n".join(path.read_text(encoding="utf-8") for path in pages)


def test_the_page_of_operators_is_what_the_operators_say() -> None:
    remedy = "write it anew: python -m tests.support.operators_page"
    assert PAGE.read_text(encoding="utf-8") == page(levelmark_operators()), remedy


@pytest.mark.parametrize("name", [name for name in vars(hookspecs) if name.startswith("levelmark_")])
def test_every_hook_is_documented(name: str) -> None:
    assert name in documentation()


def settings() -> list[tuple[str, str]]:
    options = [(command, option) for command, one in levelmark.commands.items() for option in one.params]
    return [(command, option.opts[0]) for command, option in options if option.param_type_name == "option"]


@pytest.mark.parametrize(("command", "option"), settings())
def test_every_option_is_documented(command: str, option: str) -> None:
    assert f"`{option}" in documentation(), f"{option} of `levelmark {command}` stands in no page"


@pytest.mark.parametrize("command", list(levelmark.commands))
def test_every_command_is_documented(command: str) -> None:
    assert f"levelmark {command}" in documentation()
