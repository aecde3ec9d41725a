"""The conformance suite for notifiers: what the server relies on, one test each."""

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from copy import deepcopy
from typing import ClassVar, Final

import pytest

from levelmark.domain.json import Json, identical
from levelmark.domain.notifier import Notification, Notifier
from levelmark.plugins.loading import load_registry
from levelmark.testing.expectation import expect, expect_conformity, expect_schema

SECONDS: Final = 10
"""After this long the server cancels a notification."""

NOTIFICATIONS: Final = (
    Notification(
        id="5f0c", blueprint="service", entity="0-a.d.", teams=("games",), scorecard="readiness",
        before=None, after="Basic", cause="ENTITY_WRITTEN", at="2026-01-01T00:00:00.000Z",
    ),
    Notification(
        id="5f0d", blueprint="service", entity="engity's-bifröst", teams=(), scorecard="readiness",
        before="Basic", after="Bronze", cause="SCORECARD_WRITTEN", at="2026-01-02T00:00:00.000Z",
    ),
    Notification(
        id="5f0e", blueprint="service", entity="api", teams=("core", "web"), scorecard="readiness",
        before="Bronze", after=None, cause="ENTITY_DELETED", at="2026-01-03T00:00:00.000Z",
    ),
)  # fmt: skip
"""An entity that comes into a scorecard, one that moves, and one that leaves."""


class NotifierConformance:
    """Subclass it in a test module, under a name that pytest collects, with `notifier` and a fixture or two.

    `configuration` is one that works, against something that really answers. `failing_configuration` is one
    that fits the schema and cannot work, such as a port where nobody listens.

        class TestConsole(NotifierConformance):
            notifier = my_plugin.CONSOLE

            @pytest.fixture
            def configuration(self) -> dict[str, str]:
                return {"prefix": "level"}
    """

    notifier: ClassVar[Notifier]

    @pytest.fixture
    def configuration(self) -> Mapping[str, Json]:
        """A configuration that works."""
        raise NotImplementedError(f"give {type(self).__name__} a fixture `configuration`")

    @pytest.fixture
    def failing_configuration(self) -> Mapping[str, Json] | None:
        """A configuration that fits the schema and cannot work."""
        return None

    @pytest.fixture(scope="session")
    @staticmethod
    def runner() -> Iterator[asyncio.Runner]:
        """One loop for all tests, as in the server: a client may outlive a notification."""
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            yield runner

    def test_has_a_name_and_a_description(self) -> None:
        """Both are what people read where they configure it."""
        name = self.notifier.name
        expect(name.strip() == name != "", f"{name!r} is no name: not empty, no white space around it")
        expect(self.notifier.description.strip(), f"`{name}` has no description")

    def test_has_a_valid_configuration_schema(self) -> None:
        """The schema that configurations are checked with is itself valid, and needs no network."""
        expect_schema(self.notifier.configuration_schema, self.notifier.name)

    def test_its_schema_allows_the_configuration(self, configuration: Mapping[str, Json]) -> None:
        """The server would accept the configuration."""
        expect_conformity(configuration, self.notifier.configuration_schema, self.notifier.name)

    @pytest.mark.parametrize("notification", NOTIFICATIONS, ids=["comes", "moves", "leaves"])
    def test_tells_every_kind_of_move(
        self, notification: Notification, configuration: Mapping[str, Json], runner: asyncio.Runner
    ) -> None:
        """An entity that comes, one that moves, one that leaves: each can be told."""
        runner.run(self._told(notification, configuration))

    def test_tells_several_moves_at_once(
        self, configuration: Mapping[str, Json], runner: asyncio.Runner
    ) -> None:
        """Notifications do not get into each other's way."""

        async def all_at_once() -> None:
            await asyncio.gather(*(self._told(one, configuration) for one in NOTIFICATIONS * 5))

        runner.run(all_at_once())

    def test_leaves_its_configuration_alone(
        self, configuration: Mapping[str, Json], runner: asyncio.Runner
    ) -> None:
        """The configuration is shared by all notifications: it is not changed."""
        given = deepcopy(dict(configuration))
        runner.run(self._told(NOTIFICATIONS[0], configuration))
        expect(identical(dict(configuration), given), f"`{self.notifier.name}` changes its configuration")

    def test_fails_with_an_ordinary_exception(
        self, failing_configuration: Mapping[str, Json] | None, runner: asyncio.Runner
    ) -> None:
        """A failure is an exception with a text, and neither silence nor an exit."""
        if failing_configuration is None:
            pytest.skip(f"{type(self).__name__} has no fixture `failing_configuration`")
        expect_conformity(failing_configuration, self.notifier.configuration_schema, self.notifier.name)
        try:
            runner.run(self._told(NOTIFICATIONS[0], failing_configuration))
        except AssertionError:
            raise
        except Exception as error:  # noqa: BLE001 - any ordinary exception will do
            expect(str(error), f"{type(error).__name__} has no text: say what failed, and what to do")
            return
        raise AssertionError(f"`{self.notifier.name}` says nothing of a failure: raise an exception")

    def test_can_be_cancelled(self, configuration: Mapping[str, Json], runner: asyncio.Runner) -> None:
        """It stops when it is cancelled, as the server does with one that takes too long."""

        async def cancelled() -> bool:
            task = asyncio.ensure_future(self._told(NOTIFICATIONS[0], configuration))
            await asyncio.sleep(0)
            task.cancel()
            done, _ = await asyncio.wait({task}, timeout=1)
            return bool(done)

        expect(runner.run(cancelled()), f"`{self.notifier.name}` goes on when it is cancelled")

    def test_is_installed(self) -> None:
        """The server would find it through an entry point."""
        registry = load_registry()
        errors = "".join(f"; {one.origin} was left out: {one.error}" for one in registry.plugins if one.error)
        name = self.notifier.name
        expect(name in registry.notifiers, f"no installed plugin offers the notifier `{name}`{errors}")

    async def _told(self, notification: Notification, configuration: Mapping[str, Json]) -> None:
        answer = await asyncio.wait_for(self._answer(notification, configuration), SECONDS)
        expect(answer is None, f"`{self.notifier.name}` answers {answer!r}, which nobody reads: return None")

    async def _answer(self, notification: Notification, configuration: Mapping[str, Json]) -> object:
        try:
            telling: Awaitable[object] = self.notifier.notify(notification, configuration)
            return await telling
        except (
            SystemExit,
            KeyboardInterrupt,
        ) as error:  # would stop the loop, and pytest
            raise AssertionError(
                f"`{self.notifier.name}` raises {type(error).__name__}: raise an ordinary exception"
            ) from error
