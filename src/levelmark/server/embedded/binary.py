"""The mongod to run: the one that is set, else PATH's, else the one that `levelmark[embedded]` installs."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from levelmark.server.embedded.errors import EmbeddedMongoError

_EXECUTABLE = 0o111


def find_mongod(setting: Path | None = None) -> Path:
    """The absolute path of an executable mongod.

    `setting`, where given, is the only candidate: a path, or a name to look up on PATH. Raises
    EmbeddedMongoError when there is none.
    """
    found = shutil.which(setting or "mongod")
    if found is not None:
        return Path(found).absolute()
    if setting is not None:
        raise EmbeddedMongoError(_setting_refused(setting))
    for installed in _installed():
        return _made_executable(installed)
    raise EmbeddedMongoError(
        "No mongod was found: LEVELMARK_MONGOD is not set, PATH has none and the package with one is not "
        "installed. Run `pip install 'levelmark[embedded]'`, or put mongod on PATH or its path into "
        "LEVELMARK_MONGOD, or set LEVELMARK_MONGODB_URL to a MongoDB that runs elsewhere."
    )


def _setting_refused(setting: Path) -> str:
    if setting.is_file():
        return f"LEVELMARK_MONGOD={setting} is not executable. Run `chmod +x {setting}`."
    return (
        f"LEVELMARK_MONGOD={setting} is not a file. Set it to the path of mongod, or unset it to use PATH's."
    )


def _installed() -> Iterator[Path]:
    """The binaries of the packages that ship one, found without importing the package around them."""
    spec = find_spec("fiftyone")
    for place in (spec and spec.submodule_search_locations) or ():
        binary = Path(place, "db", "bin", "mongod")
        if binary.is_file():
            yield binary


def _made_executable(binary: Path) -> Path:
    """The same path: some installers lose the permission to execute, so it is given back."""
    if shutil.which(binary) is None:
        try:
            binary.chmod(binary.stat().st_mode | _EXECUTABLE)
        except OSError as error:
            raise EmbeddedMongoError(
                f"{binary} is not executable: {error.strerror}. Let its owner run `chmod +x {binary}`."
            ) from error
    return binary
