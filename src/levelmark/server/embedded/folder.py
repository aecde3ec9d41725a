"""The data folder: one process at a time holds it, and a record in its lock file says which.

The lock is flock's, so it is free as soon as its holder ends, however it ends. The lock file stays: removing
it would let two processes lock two files of one name.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec

from levelmark.server.embedded.errors import EmbeddedMongoError


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the latest holder wrote of itself; the port outlives it, to be used again."""

    holder: int | None = None
    mongod: int | None = None
    port: int | None = None
    url: str | None = None


class DataFolder:
    """A folder that this process holds; `previous` is the record of who held it before."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self.data = path / "db"
        self.log = path / "mongod.log"
        self.previous = _read(lock)
        self._lock = lock

    @classmethod
    @contextmanager
    def held(cls, path: Path) -> Iterator[Self]:
        """Hold the folder, which is created where it is missing, for this user alone.

        Raises EmbeddedMongoError when it cannot be created or written, or when another process holds it.
        """
        with refusals_named(path):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = path.resolve()
            (path / "db").mkdir(mode=0o700, exist_ok=True)
            lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(lock, path)
            yield cls(path, lock)
        finally:
            os.close(lock)

    def write(self, record: Record) -> None:
        """Replace the record."""
        text = msgspec.json.encode(record)
        with refusals_named(self.path):
            os.pwrite(self._lock, text, 0)
            os.ftruncate(self._lock, len(text))

    def mongod_lock(self) -> str:
        """What mongod's own lock file says: its process id while it runs and after a crash, else nothing."""
        with refusals_named(self.path):
            file = self.data / "mongod.lock"
            return file.read_text().strip() if file.exists() else ""


@contextmanager
def refusals_named(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into an EmbeddedMongoError."""
    try:
        yield
    except OSError as error:
        raise EmbeddedMongoError(
            f"The data folder {path} cannot be used: {error.strerror} ({error.filename or path}). "
            "Choose a folder that this user can write to, on a disk with free space."
        ) from error


def _take(lock: int, path: Path) -> None:
    with refusals_named(path):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedMongoError(_in_use(path, _read(lock))) from None


def _in_use(path: Path, record: Record) -> str:
    url = record.url or "the URL that it serves once it has started"
    return (
        f"The data folder {path} is in use by process {record.holder or 'unknown'}. Stop that process, "
        f"choose another data folder, or share its database: LEVELMARK_MONGODB_URL='{url}'"
    )


def _read(lock: int) -> Record:
    """The record; an empty one where there is none, or where a crash left half of one."""
    try:
        return msgspec.json.decode(os.pread(lock, 4096, 0), type=Record)
    except msgspec.DecodeError:
        return Record()
