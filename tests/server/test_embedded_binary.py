"""Which mongod the embedded MongoDB runs."""

import sys
from pathlib import Path

import pytest

from levelmark.server.embedded import EmbeddedMongoError
from levelmark.server.embedded.binary import find_mongod


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH; empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that Python imports from; empty."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder)])
    return folder


def file(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode)
    return path


def test_what_is_set_goes_before_path(on_path: Path, tmp_path: Path) -> None:
    file(on_path / "mongod")
    mine = file(tmp_path / "mine")
    assert find_mongod(mine) == mine


def test_a_set_name_is_looked_up_on_path(on_path: Path) -> None:
    binary = file(on_path / "mongod-7")
    assert find_mongod(Path("mongod-7")) == binary


def test_path_goes_before_the_installed_package(on_path: Path, site: Path) -> None:
    file(site / "fiftyone/db/bin/mongod")
    binary = file(on_path / "mongod")
    assert find_mongod() == binary


@pytest.mark.usefixtures("on_path")
def test_the_installed_package_is_found_and_not_imported(site: Path) -> None:
    file(site / "fiftyone/__init__.py").write_text("raise AssertionError('imported')")
    binary = file(site / "fiftyone/db/bin/mongod")
    assert find_mongod() == binary


@pytest.mark.usefixtures("on_path")
def test_an_installed_binary_gets_its_lost_permission_back(site: Path) -> None:
    binary = file(site / "fiftyone/db/bin/mongod", 0o644)
    find_mongod()
    assert binary.stat().st_mode & 0o111 == 0o111


@pytest.mark.usefixtures("on_path", "site")
def test_without_a_mongod_all_three_remedies_are_named() -> None:
    with pytest.raises(EmbeddedMongoError) as error:
        find_mongod()
    for remedy in ("pip install 'levelmark[embedded]'", "LEVELMARK_MONGOD ", "PATH", "LEVELMARK_MONGODB_URL"):
        assert remedy in str(error.value)


def test_a_set_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedMongoError, match=r"LEVELMARK_MONGOD=.*/missing is not a file"):
        find_mongod(tmp_path / "missing")


def test_a_set_file_that_is_not_executable_gets_the_command_that_makes_it_so(tmp_path: Path) -> None:
    binary = file(tmp_path / "mongod", 0o644)
    with pytest.raises(EmbeddedMongoError, match=f"chmod \\+x {binary}"):
        find_mongod(binary)
