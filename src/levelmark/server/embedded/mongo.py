"""The embedded MongoDB: a mongod of the server's own on a data folder of its own."""

import os
from contextlib import AsyncExitStack
from itertools import repeat
from pathlib import Path
from types import TracebackType

from levelmark.server.embedded.binary import find_mongod
from levelmark.server.embedded.errors import EmbeddedMongoError
from levelmark.server.embedded.folder import DataFolder, Record
from levelmark.server.embedded.orphan import stop_orphan
from levelmark.server.embedded.port import free_port
from levelmark.server.embedded.process import PORT_TAKEN, Mongod

_MORE_PORTS = 4
_START_SECONDS = 30.0
_RECOVERY_SECONDS = 300.0


class EmbeddedMongo:
    """A mongod, primary of a replica set of one, that runs as long as the context.

    Args:
        folder: where its files lie; created where missing. The data stays there for the next time.
        mongod: the binary to run; None takes PATH's, else the one that `levelmark[embedded]` installs.
        cache_gb: how much memory its cache may take, in GB, from 0.25 on.

    Entering raises EmbeddedMongoError when no mongod can run there.

        async with EmbeddedMongo(Path("data")) as mongo:
            client = AsyncIOMotorClient(mongo.url)

    """

    def __init__(self, folder: Path, mongod: Path | None = None, *, cache_gb: float = 0.5) -> None:
        self._folder = folder
        self._mongod = mongod
        self._cache_gb = cache_gb
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Mongod:
        binary = find_mongod(self._mongod)
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(DataFolder.held(self._folder))
            folder.write(Record(os.getpid(), folder.previous.mongod, folder.previous.port))
            await stop_orphan(folder)
            mongod = await self._serving(stack, binary, folder)
            folder.write(Record(os.getpid(), mongod.pid, mongod.port, mongod.url))
            self._stack = stack.pop_all()
        return mongod

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _serving(self, stack: AsyncExitStack, binary: Path, folder: DataFolder) -> Mongod:
        """A mongod that serves, on another port each time that somebody else was faster to take it."""
        within = _START_SECONDS + (_RECOVERY_SECONDS if folder.mongod_lock() else 0)
        for preferred in (folder.previous.port, *repeat(None, _MORE_PORTS)):
            port = free_port(preferred)
            mongod = await stack.enter_async_context(Mongod.started(binary, folder, port, self._cache_gb))
            folder.write(Record(os.getpid(), mongod.pid, folder.previous.port))
            if await mongod.serves(within):
                return mongod
            if mongod.status != PORT_TAKEN:
                raise EmbeddedMongoError(mongod.obituary())
        raise EmbeddedMongoError(
            "Every port was taken before the embedded MongoDB could listen. Start again."
        )
