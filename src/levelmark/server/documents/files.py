"""Files: which ones a path stands for, and their texts."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from levelmark.server.documents.table import UnreadableError
from levelmark.server.errors import CommandError

STDIN: Final = "-"
SUFFIXES: Final = (".json", ".yaml", ".yml")


def files_of(paths: Iterable[str]) -> list[str]:
    """The files that the paths stand for, each once: a folder for all that are in it, by name.

    What begins with a dot is left out of folders: those files are some tool's, not the catalogue's. Raises
    CommandError where a path leads to nothing.
    """
    found: dict[str, str] = {}
    for path in paths:
        for file in _files(path):
            found.setdefault(os.path.realpath(file) if file != STDIN else STDIN, file)
    return list(found.values())


def text_of(file: str) -> str:
    """The text of a file, or of standard input; raises UnreadableError where it is not UTF-8."""
    data = sys.stdin.buffer.read() if file == STDIN else _bytes(Path(file))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(line, "is not UTF-8; save it in this encoding") from error


def _files(path: str) -> Iterator[str]:
    if path == STDIN:
        yield STDIN
    elif Path(path).is_dir():
        yield from _folder(path)
    elif Path(path).exists():
        yield path
    else:
        raise CommandError(f"there is no file or folder {path}")


def _folder(path: str) -> Iterator[str]:
    found = list(_walk(path))
    if not found:
        raise CommandError(f"the folder {path} has no {', '.join(SUFFIXES)} file")
    yield from found


def _walk(path: str) -> Iterator[str]:
    try:
        entries = sorted(Path(path).iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise CommandError(f"the folder {path} cannot be read: {error.strerror}") from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if not entry.is_symlink():  # it may lead back to where we are
                yield from _walk(str(entry))
        elif entry.suffix.lower() in SUFFIXES:
            yield str(entry)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(0, f"cannot be read: {error.strerror}") from error
