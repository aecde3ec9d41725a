"""docs/plugins.md: its operator, its notifier and their tests, installed and run as they stand there."""

import subprocess
import sys
from pathlib import Path

from tests.demo.page import Checkout, blocks, needs_hatchling
from tests.support.server import clean_environment

PAGE = "docs/plugins.md"
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "levelmark-plugins-page"
version = "0.1.0"

[project.entry-points.levelmark]
most = "levelmark_operator_most"
past = "levelmark_operator_past"
file = "levelmark_notifier_file"

[tool.hatch.build.targets.wheel]
include = ["*.py"]
"""


@needs_hatchling
def test_the_examples_pass_the_tests_that_the_page_gives_them(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    operator, timed = blocks(PAGE, "An operator", "python")
    [notifier] = blocks(PAGE, "A notifier", "python")
    files = {
        "pyproject.toml": PROJECT,
        "levelmark_operator_most.py": operator,
        "levelmark_operator_past.py": timed,
        "levelmark_notifier_file.py": notifier,
    }
    for name, text in files.items():
        (checkout.path / name).write_text(text, "utf-8")
    checkout.run(".venv/bin/pip install .")
    tests = tmp_path / "tests"
    tests.mkdir()
    given = blocks(PAGE, "Tests", "python")
    another = given[0].replace("levelmark_operator_most", "levelmark_operator_past")
    for number, text in enumerate([*given, another]):
        (tests / f"test_{number}.py").write_text(text, "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tests, tests],
        cwd=tests,
        env=clean_environment() | checkout.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "skipped" not in ran.stdout
