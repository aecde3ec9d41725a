"""The root type Query: everything that can be read."""

import strawberry

from levelmark.graphql.node import node
from levelmark.graphql.queries.catalogue import CatalogueQueries
from levelmark.graphql.queries.evaluations import EvaluationQueries
from levelmark.graphql.queries.finding import FindingQueries
from levelmark.graphql.queries.history import HistoryQueries
from levelmark.graphql.queries.plugins import PluginQueries
from levelmark.graphql.queries.rollups import RollupQueries
from levelmark.graphql.queries.scorecards import ScorecardQueries
from levelmark.graphql.queries.table import TableQueries
from levelmark.graphql.queries.trends import TrendQueries


@strawberry.type(description="Everything that can be read.")
class Query(
    CatalogueQueries,
    FindingQueries,
    RollupQueries,
    TableQueries,
    ScorecardQueries,
    HistoryQueries,
    TrendQueries,
    EvaluationQueries,
    PluginQueries,
):
    """The root of all queries."""

    node = strawberry.field(node, description="Any object by its global id; null where there is none.")
