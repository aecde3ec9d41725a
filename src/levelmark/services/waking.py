"""Waking: sleep until something happens, but not for ever."""

import asyncio
from contextlib import suppress


async def wait_for_news(news: asyncio.Event, seconds: float) -> None:
    """Returns when the event is set, or after that many seconds; the event is then clear.

    `asyncio.wait_for` would lose a cancellation that comes together with the event (Python 3.11).
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await news.wait()
    news.clear()
