"""The schema: the three root types, built once per process."""

from strawberry.schema.config import StrawberryConfig

from levelmark.graphql.mutations import Mutation
from levelmark.graphql.protocol import Limits, ProtocolSchema, schema_extensions
from levelmark.graphql.query import Query
from levelmark.graphql.scalars import SCALARS
from levelmark.graphql.subscription import Subscription


def build_schema(limits: Limits | None = None) -> ProtocolSchema:
    """The schema, executing documents within the limits."""
    return ProtocolSchema(
        Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=schema_extensions(limits),
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def printed_schema() -> str:
    """The schema in GraphQL's own language, as it stands in `graphql_schema.graphql`."""
    return build_schema().as_str().rstrip() + "\n"
