"""The sample: a folder of documents, as anybody could apply them, and their way into a server."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final

from levelmark.server.applying import Sending, Show, wait_for
from levelmark.server.client import Client
from levelmark.server.documents import read_documents
from levelmark.server.errors import CommandError

FOLDER: Final = Path(__file__).with_name("sample")
"""The services of a small company, and two standards for them."""


def load_sample(client: Client) -> list[str]:
    """Writes the sample, and says what was done; what has the same identifiers is replaced."""
    sending = Sending(client, _progress)
    sending.send(read_documents([str(FOLDER)]).documents)
    applied = sending.applied
    if applied.errors:
        raise CommandError(f"the sample was refused: {'; '.join(map(str, applied.findings))}")
    wait_for(client, applied.evaluations, _silent)
    return list(applied.summary())


def _progress(_label: str) -> AbstractContextManager[Show]:
    return nullcontext(_silent)


def _silent(_done: int, _total: int | None) -> None:
    """Shows nothing: it is a matter of a moment."""
