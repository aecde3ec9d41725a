"""The type LevelCount: how many entities have reached a level."""

import strawberry


@strawberry.type(description="A level of a scorecard, and how many entities have reached it.")
class LevelCount:
    """One level of a distribution."""

    level: str = strawberry.field(description="The level's title.")
    entities: int = strawberry.field(description="How many entities stand on it.")
