"""The show: the sample in a running server, commands to try, and every level change as it happens."""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from itertools import cycle
from typing import Any

import httpx
from msgspec import Struct

from levelmark.server.client import Client, UnreachableError
from levelmark.server.demo.commands import commands
from levelmark.server.demo.console import faint, say, strong
from levelmark.server.demo.events import events
from levelmark.server.demo.lines import CHANGES, STANDING, change_line, standing_lines, step_line
from levelmark.server.demo.sample import load_sample
from levelmark.server.demo.story import story


class Show(Struct, frozen=True):
    """What the demo does once its server answers: an edit every `pace` seconds, none where that is None."""

    pace: float | None

    async def run(self, url: str) -> None:
        """Goes on until the server stops; raises BrokenPipeError where nobody reads any more."""
        with suppress(httpx.TransportError, UnreachableError), Client(url) as client:  # it is stopping
            loaded = await asyncio.to_thread(load_sample, client)
            say(f"Loaded the sample: {'; '.join(loaded)}.")
            standing = await asyncio.to_thread(client.run, STANDING)
            self._introduce(str(client.url), standing)
            parts = [_tell_changes(str(client.url), standing)]
            if self.pace is not None:
                parts.append(_tell_story(client, self.pace))
            await _together(parts)

    def _introduce(self, url: str, standing: Mapping[str, Any]) -> None:
        say(f"Levelmark answers at {strong(url)}\n")
        for line in standing_lines(standing):
            say(line)
        for purpose, command in commands(url):
            say(f"\n{strong(purpose)}\n{command}")
        edits = "" if self.pace is None else f"something happens every {self.pace:g} s, and "
        say(f"\nFrom here on, {edits}every level change is shown. Ctrl-C stops the demo.\n")


async def _tell_changes(url: str, standing: Mapping[str, Any]) -> None:
    latest = [edge["node"]["cursor"] for edge in standing["levelChanges"]["edges"]]
    async for event in events(url, CHANGES, after=latest[0] if latest else None):
        say(change_line(event["levelChanges"]))


async def _tell_story(client: Client, pace: float) -> None:
    for step in cycle(story()):
        await asyncio.sleep(pace)
        say(step_line(step))
        for refusal in await asyncio.to_thread(step.write, client):
            say(faint(f"  refused: {refusal}"))


async def _together(parts: list[Coroutine[Any, Any, None]]) -> None:
    """Runs all of them; where one raises, the others are cancelled."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()
