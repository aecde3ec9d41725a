"""The replica set of one: makes a lone mongod the primary of a set that has no other member.

- It is reached directly: until it has a configuration that names its address, it answers to no set's name.
- It is recognised by its data path before it is told anything: what answers at the port may be a stranger.
- A configuration that names another address, as after a change of port, is replaced by force.
"""

import asyncio
from pathlib import Path
from typing import Any, TypeAlias

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import OperationFailure, PyMongoError

_Document: TypeAlias = dict[str, Any]

_NOT_YET_INITIALIZED = 94
_RETRY_SECONDS = 0.02


class ReplicaSetError(Exception):
    """The mongod did not become primary in time; the text says what was last in its way."""


def direct_url(address: str, name: str) -> str:
    """The URL under which clients reach the member at `address` (`host:port`) of the set `name`."""
    return f"mongodb://{address}/?directConnection=true&replicaSet={name}"


async def make_primary(address: str, name: str, data: Path, *, within: float) -> None:
    """Return once the mongod at `address`, its files in `data`, is the primary of the set `name`.

    Raises ReplicaSetError when it is not after `within` seconds.
    """
    client: AsyncIOMotorClient[_Document] = AsyncIOMotorClient(
        f"mongodb://{address}/?directConnection=true", serverSelectionTimeoutMS=1_000, socketTimeoutMS=30_000
    )
    obstacle: str | None = "no answer"
    try:
        async with asyncio.timeout(within):
            while obstacle := await _obstacle(client, address, name, data):  # noqa: ASYNC110 - no event to await
                await asyncio.sleep(_RETRY_SECONDS)
    except TimeoutError:
        raise ReplicaSetError(f"not primary after {within:.0f} s: {obstacle}") from None
    finally:
        client.close()


async def _obstacle(client: AsyncIOMotorClient[_Document], address: str, name: str, data: Path) -> str | None:
    """What still keeps the member from being primary, after doing what can be done about it."""
    try:
        if await _data_path(client) != str(data):
            return "another mongod answers at its address"
        await _configure(client, address, name)
        hello = await client.admin.command("hello")
    except PyMongoError as error:
        return str(error)
    return None if hello.get("isWritablePrimary") else "no election yet"


async def _data_path(client: AsyncIOMotorClient[_Document]) -> str | None:
    options = await client.admin.command("getCmdLineOpts")
    path: str | None = options["parsed"].get("storage", {}).get("dbPath")
    return path


async def _configure(client: AsyncIOMotorClient[_Document], address: str, name: str) -> None:
    """Leave the member with a configuration that names it alone, at `address`."""
    members = [{"_id": 0, "host": address}]
    config = await _configuration(client)
    if config is None:
        await client.admin.command("replSetInitiate", {"_id": name, "members": members})
    elif [member["host"] for member in config["members"]] != [address]:
        changed = {**config, "members": members, "version": config["version"] + 1}
        await client.admin.command("replSetReconfig", changed, force=True)


async def _configuration(client: AsyncIOMotorClient[_Document]) -> _Document | None:
    try:
        answer: _Document = await client.admin.command("replSetGetConfig")
    except OperationFailure as error:
        if error.code == _NOT_YET_INITIALIZED:
            return None
        raise
    config: _Document = answer["config"]
    return config
