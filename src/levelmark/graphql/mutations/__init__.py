"""The mutations of the API, one kind of thing to a module."""

import strawberry

from levelmark.graphql.mutations.blueprints import BlueprintMutations
from levelmark.graphql.mutations.entities import EntityMutations
from levelmark.graphql.mutations.renaming import RenamingMutations
from levelmark.graphql.mutations.scorecards import ScorecardMutations


@strawberry.type(description="Everything that can be written.")
class Mutation(BlueprintMutations, EntityMutations, ScorecardMutations, RenamingMutations):
    """The root of all mutations."""
