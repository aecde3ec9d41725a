"""Examining: how much the database looks at for an operation, by its own account."""

from msgspec import Struct

from benchmarks.reading.questions import Question
from tests.graphql.api.commands import Command, Executor
from tests.support.explaining import examined, explained


class Examined(Struct, frozen=True):
    """Documents and keys of indexes that were looked at, by all commands of an operation together."""

    documents: int
    keys: int


async def examine(executor: Executor, question: Question) -> Examined:
    """Runs the operation once, and each command that it sent once more, explained."""
    commands = await _commands(executor, question)
    figures = [
        figure
        for command in commands
        async for plan in explained(executor.services.storage, command, "executionStats")
        for figure in examined(plan)
    ]
    return Examined(sum(documents for documents, _ in figures), sum(keys for _, keys in figures))


async def _commands(executor: Executor, question: Question) -> list[Command]:
    if not question.path:
        return await executor.commands_of(question.document, **question.variables)
    with executor.commands.recorded() as sent:
        await executor.services.figures.figures()  # what metrics are made of, and nothing else is
    return sent
