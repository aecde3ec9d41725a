"""The type DerivedIssue."""

import strawberry


@strawberry.type(description="Why a derived property of an entity has no data.")
class DerivedIssue:
    """An entry of `levelmark.domain.entity.Entity.reasons`."""

    property: str = strawberry.field(description="The name of the property.")
    reason: str = strawberry.field(description="What kept it from being derived, for people.")
