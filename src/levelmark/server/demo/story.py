"""The story: small edits, one after the other, that move the levels of the sample."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct, convert

from levelmark.domain.json import Json
from levelmark.server.client import Client

_FILE: Final = Path(__file__).with_name("story.yaml")
_NOW: Final = "now"
_WRITE: Final = """
mutation ($entity: EntityInput!) {
  upsertEntities(input: {mode: MERGE, entities: [$entity]}) { results { issues { path message } } }
}
"""


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One edit: what it `says` to people, and the properties of the `entity` that it sets."""

    entity: str
    says: str
    set: dict[str, Json]

    def document(self) -> dict[str, Json]:
        """What is sent: the part of the entity that changes."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        values = {name: now if value == _NOW else value for name, value in self.set.items()}
        return {"blueprint": "service", "identifier": self.entity, "properties": values}

    def write(self, client: Client) -> list[str]:
        """Makes the edit; the answer is what the server has against it."""
        [written] = client.run(_WRITE, entity=self.document())["upsertEntities"]["results"]
        issues: list[dict[str, Any]] = written["issues"]
        return [f"{issue['path']}: {issue['message']}" for issue in issues]


def story() -> tuple[Step, ...]:
    """What happens, in order; the last step leaves everything as it was before the first."""
    return convert(yaml.safe_load(_FILE.read_text("utf-8")), tuple[Step, ...])
