"""Drafts: entities to be written, over what is stored of them."""

from enum import StrEnum

from msgspec import UNSET, Struct, json
from msgspec.structs import replace

from levelmark.domain.entity import MAX_BYTES, Entity, EntityInput
from levelmark.domain.issue import Issue
from levelmark.domain.json import identical
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.storage.rows import Held


class Mode(StrEnum):
    """What becomes of what was not sent: gone in a replace, kept in a merge."""

    REPLACE = "REPLACE"
    MERGE = "MERGE"


class Draft(Struct, frozen=True):
    """An entity to be written, with the `issues` of its document; without `mode`, only evaluated again.

    `input` is in keys; `sent` is the same in the names of `naming`, in which issues are told.
    """

    input: EntityInput
    mode: Mode | None
    issues: tuple[Issue, ...] = ()
    sent: EntityInput | None = None
    naming: Naming = UNNAMED

    @property
    def key(self) -> tuple[str, str]:
        """What the entity is known by."""
        return self.input.blueprint, self.input.identifier

    @property
    def blueprint(self) -> str:
        """What the blueprint is called."""
        return self.naming.blueprints.name(self.input.blueprint)

    def applied(self, before: Entity | None) -> Entity:
        """The entity as it is to be, over what it was."""
        sent = self.input
        if self.mode is None and before is not None:
            return before
        base = before or Entity(sent.blueprint, sent.identifier)
        kept = base if self.mode is Mode.MERGE else Entity(sent.blueprint, sent.identifier)
        return replace(
            base,
            title=kept.title if sent.title is UNSET else sent.title,
            icon=kept.icon if sent.icon is UNSET else sent.icon,
            team=kept.team if sent.team is UNSET else sent.team,
            properties={**kept.properties, **sent.properties},
            relations={**kept.relations, **sent.relations},
        )


def evaluation_of(held: Held) -> Draft:
    """The draft that only evaluates a stored entity again."""
    return Draft(EntityInput(held.entity.blueprint, held.entity.identifier), None)


class Candidate(Struct, frozen=True):
    """An entity as it is to be, over what is stored; `same` where what was sent changes nothing."""

    entity: Entity
    held: Held | None
    same: bool

    @classmethod
    def of(cls, entity: Entity, held: Held | None) -> "Candidate":
        """The candidate that puts the entity over what is stored."""
        return cls(entity, held, held is not None and sent_alike(held.entity, entity))


def sent_alike(before: Entity, after: Entity) -> bool:
    """Whether both were sent the same."""
    return (
        (before.title, before.icon, before.team) == (after.title, after.icon, after.team)
        and identical(before.properties, after.properties)
        and identical(before.relations, after.relations)
    )


def size_issues(entity: Entity) -> list[Issue]:
    """That the entity is too large, if it is."""
    size = len(json.encode((entity.properties, entity.relations)))
    if size <= MAX_BYTES:
        return []
    message = f"the entity would have {size:,} bytes of properties and relations, and {MAX_BYTES:,} are the"
    return [Issue.error(("properties",), "TOO_LARGE", f"{message} most: keep what is large elsewhere")]


def unknown_blueprint(draft: Draft) -> Issue:
    """There is no such blueprint."""
    message = f"there is no blueprint `{draft.blueprint}`; write it first"
    return Issue.error(("blueprint",), "UNKNOWN_BLUEPRINT", message)


def unknown_entity(draft: Draft) -> Issue:
    """There is no such entity, and it was only to be evaluated."""
    message = f"blueprint `{draft.blueprint}` has no entity `{draft.input.identifier}`"
    return Issue.error(("identifier",), "NOT_FOUND", message)


def contended() -> Issue:
    """Others are faster, again and again."""
    return Issue.error((), "CONFLICT", "others keep writing this entity; try again in a moment")
