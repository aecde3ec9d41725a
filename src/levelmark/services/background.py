"""Background work: it goes on for as long as the process lives, whatever goes wrong in it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn

log = logging.getLogger(__name__)

_PAUSE_SECONDS: Final = 1.0


async def kept_up(work: Callable[[], Awaitable[None]]) -> NoReturn:
    """Does the work until cancelled; begins it again where it ends."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("background work broke off; it begins again")
        await asyncio.sleep(_PAUSE_SECONDS)
