"""Pages of documentation as their readers use them: code blocks copied out, and run."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

from tests.support.server import clean_environment

ROOT: Final = Path(__file__).parents[2]
needs_hatchling = pytest.mark.skipif(
    find_spec("hatchling") is None, reason="packages are built without a network: pip install -e '.[dev]'"
)
_BIN: Final = Path(sys.executable).parent
_INSTALL: Final = "pip install --quiet --no-build-isolation --no-deps --disable-pip-version-check"


def blocks(page: str, heading: str, language: str = "sh") -> list[str]:
    """The code blocks of a language under a heading of a page, in their order."""
    text = (ROOT / page).read_text("utf-8")
    section = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^\1 |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section is not None, f"{page} has no heading `{heading}`"
    found = re.findall(rf"^```{language}\n(.*?)^```", section[2], re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no `{language}` under `{heading}`"
    return found


class Checkout:
    """A folder that stands in for a reader's checkout.

    What the reader would install into `.venv` goes to a folder of its own, and is found from there.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "levelmark"
        self.path.mkdir(parents=True)
        self.site = folder / "site"
        self.url = "http://127.0.0.1:4000"

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to find what was installed."""
        paths = [str(self.site), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {"PYTHONPATH": os.pathsep.join(paths)}

    def command(self, block: str) -> list[str]:
        """The block, with what this checkout has in the places that it names."""
        install = f"{_INSTALL} --target {self.site}"
        here = block.replace("pip install", install).replace(".venv/bin", str(_BIN))
        bounded = here.replace("curl ", "curl --max-time 30 ")
        return ["sh", "-ec", bounded.replace("http://127.0.0.1:4000", self.url)]

    def run(self, block: str) -> str:
        """What the block prints; fails where one of its commands does."""
        ran = subprocess.run(
            self.command(block),
            cwd=self.path,
            env=clean_environment() | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr + ran.stdout
        return ran.stdout
