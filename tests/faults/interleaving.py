"""Interleaving: something happens at an exact moment of somebody else's work."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Action = Callable[[], Awaitable[object]]


class CrashError(Exception):
    """The process ends here: nothing of what follows happens."""


def before(patch: pytest.MonkeyPatch, owner: object, method: str, action: Action) -> None:
    """Lets the action happen before the method's next call, and only before that one."""
    original = getattr(owner, method)

    async def interrupted(*args: Any, **kwargs: Any) -> Any:
        patch.setattr(owner, method, original)
        await action()
        return await original(*args, **kwargs)

    patch.setattr(owner, method, interrupted)


def after(patch: pytest.MonkeyPatch, owner: object, method: str, action: Action) -> None:
    """Lets the action happen after the method's next call, before its caller goes on."""
    original = getattr(owner, method)

    async def interrupted(*args: Any, **kwargs: Any) -> Any:
        patch.setattr(owner, method, original)
        answer = await original(*args, **kwargs)
        await action()
        return answer

    patch.setattr(owner, method, interrupted)


async def crash() -> None:
    """The action that ends a process."""
    raise CrashError
