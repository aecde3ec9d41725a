"""What mongod prints: a file of bounded size, with the one before it beside it."""

import asyncio
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

_MAX_BYTES = 16 * 2**20
_LOOK_SECONDS = 60.0
_TAIL_BYTES = 64 * 2**10
_TAIL_LINES = 5
_LINE_LENGTH = 500


class _Line(msgspec.Struct):
    """A line as mongod writes it; `s` is its severity, of which F and E tell of failures."""

    s: str
    msg: str
    attr: dict[str, object] = {}


class MongodLog:
    """The log in the file `path`; `path` with `.1` behind it is the one before."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._before = path.with_name(f"{path.name}.1")

    def begin(self) -> BinaryIO:
        """A new file, to append to. Raises OSError."""
        if self.path.exists():
            self.path.replace(self._before)
        self.path.touch(mode=0o600)  # slow operations are printed with their data
        return self.path.open("ab")

    async def keep_bounded(self) -> None:
        """Shorten the file whenever it has grown too long, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with suppress(OSError):  # a full disk: mongod itself says so, and the next look may succeed
                await asyncio.to_thread(self.shorten)

    def shorten(self, max_bytes: int = _MAX_BYTES) -> None:
        """Start the file anew where it is longer; mongod, which only appends, goes on at its new end."""
        if self.path.stat().st_size > max_bytes:
            shutil.copy(self.path, self._before)  # its mode as well
            os.truncate(self.path, 0)

    def complaint(self) -> str:
        """The last lines that tell of a failure, one line each; where none does, simply the last lines."""
        lines = self._tail()
        failures = [line for line in lines if _tells_of_failure(line)]
        return "\n".join(f"  {_readable(line)}" for line in (failures or lines)[-_TAIL_LINES:])

    def _tail(self) -> list[bytes]:
        try:
            with self.path.open("rb") as file:
                if file.seek(0, os.SEEK_END) > _TAIL_BYTES:
                    file.seek(-_TAIL_BYTES, os.SEEK_END)
                    file.readline()  # the rest of a line
                else:
                    file.seek(0)
                return [line for line in file if line.strip()]
        except OSError as error:
            return [f"(the log cannot be read: {error.strerror})".encode()]


def _tells_of_failure(line: bytes) -> bool:
    """Whether mongod says so; what is not mongod's, as of the dynamic linker or a shell, counts too."""
    parsed = _parsed(line)
    return parsed.s in {"E", "F"} if parsed else not line.startswith(b"{")


def _readable(line: bytes) -> str:
    parsed = _parsed(line)
    text = f"{parsed.msg} {_details(parsed.attr)}" if parsed else line.decode(errors="replace")
    return " ".join(text.split())[:_LINE_LENGTH]


def _details(attr: dict[str, object]) -> str:
    """What the storage engine says lies deeper than the rest, between what only its authors understand."""
    match attr:
        case {"message": {"msg": str(said), "error_str": str(reason)}}:
            return f"{reason}: {said}"
    return msgspec.json.encode(attr).decode() if attr else ""


def _parsed(line: bytes) -> _Line | None:
    try:
        return msgspec.json.decode(line, type=_Line)
    except msgspec.DecodeError:
        return None
