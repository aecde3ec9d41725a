"""Streaming over a real web server: what fails in the middle is no whole answer."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from levelmark.domain.errors import UnavailableError
from levelmark.server.reports.streaming import streamed
from levelmark.server.routing import guarded


@asynccontextmanager
async def served(parts: int, *, whole: bool) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server whose only answer has so many parts, and then ends or fails."""

    async def some() -> AsyncGenerator[bytes, None]:
        for _ in range(parts):
            yield b"part\n"
        if not whole:
            raise UnavailableError("the database does not answer")

    async def answer(request: Request) -> Response:
        return await streamed(request, some(), {"Content-Type": "text/plain"})

    app = Starlette(routes=[Route("/", guarded(answer))])
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(server.serve([listener]))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
            yield client
        server.should_exit = True
        await task


async def test_all_parts_arrive() -> None:
    async with served(3, whole=True) as client:
        assert (await client.get("/")).text == "part\n" * 3


async def test_a_failure_in_the_middle_breaks_the_answer_off() -> None:
    async with served(3, whole=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/")


async def test_a_failure_before_the_first_part_is_told() -> None:
    async with served(0, whole=False) as client:
        answer = await client.get("/")
        assert answer.status_code == 503
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
