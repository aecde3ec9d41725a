"""Farewell: what the driver's threads still have under way when their client is closed.

Whoever asked for it has gone, so its failure concerns nobody; the event loop would tell it with a traceback.
"""

import asyncio
from typing import Any

from pymongo.errors import PyMongoError


def ignore_stragglers() -> None:
    """From now on, the running loop is silent about failures of the driver that nobody waits for."""
    loop = asyncio.get_running_loop()
    if loop.get_exception_handler() is None:
        loop.set_exception_handler(_told_unless_straggler)


def _told_unless_straggler(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), PyMongoError):
        loop.default_exception_handler(context)
