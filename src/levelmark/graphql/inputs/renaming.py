"""The inputs of renamings."""

import strawberry

_TO = "What it is to be called."


@strawberry.input(description="A blueprint to be renamed.")
class RenameBlueprintInput:
    """A blueprint and its new name."""

    identifier: str = strawberry.field(description="The blueprint's identifier.")
    to: str = strawberry.field(description=_TO)


@strawberry.input(description="A property of a blueprint to be renamed, of whatever kind.")
class RenamePropertyInput:
    """A property and its new name."""

    blueprint: str = strawberry.field(description="The blueprint's identifier.")
    identifier: str = strawberry.field(description="The property's name.")
    to: str = strawberry.field(description=_TO)


@strawberry.input(description="A relation of a blueprint to be renamed.")
class RenameRelationInput:
    """A relation and its new name."""

    blueprint: str = strawberry.field(description="The blueprint's identifier.")
    identifier: str = strawberry.field(description="The relation's name.")
    to: str = strawberry.field(description=_TO)


@strawberry.input(description="A rule of a scorecard to be renamed.")
class RenameRuleInput:
    """A rule and its new name."""

    scorecard: str = strawberry.field(description="The scorecard's identifier.")
    identifier: str = strawberry.field(description="The rule's identifier.")
    to: str = strawberry.field(description=_TO)


@strawberry.input(description="A level of a scorecard to be renamed.")
class RenameLevelInput:
    """A level and its new title."""

    scorecard: str = strawberry.field(description="The scorecard's identifier.")
    identifier: str = strawberry.field(description="The level's title.")
    to: str = strawberry.field(description=_TO)
