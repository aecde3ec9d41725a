"""The enums of the API: the domain's, each value with a description."""

from enum import Enum

import strawberry

_value = strawberry.enum_value


@strawberry.enum(description="How much an issue weighs.")
class Severity(Enum):
    """See `levelmark.domain.issue.Severity`."""

    ERROR = _value("ERROR", description="Nothing was written.")
    WARNING = _value("WARNING", description="Suspect, and written all the same.")


@strawberry.enum(description="What became of a document that was sent.")
class Outcome(Enum):
    """See `levelmark.services.outcome.Outcome`."""

    CREATED = _value("CREATED", description="It is new.")
    UPDATED = _value("UPDATED", description="It stands in the place of what was there.")
    UNCHANGED = _value("UNCHANGED", description="It says what was there already; nothing was written.")
    DELETED = _value("DELETED", description="It is gone.")
    INVALID = _value("INVALID", description="Nothing was written; the issues say why.")


@strawberry.enum(description="What became of one rule on one entity; only `PASSED` passes.")
class Result(Enum):
    """See `levelmark.domain.score.Result`."""

    PASSED = _value("PASSED", description="The rule's query is true.")
    NOT_PASSED = _value("NOT_PASSED", description="The rule's query is false.")
    NO_DATA = _value("NO_DATA", description="A property that the query needs is absent or null.")
    ERROR = _value("ERROR", description="An operator failed, or no installed plugin provides it.")


@strawberry.enum(description="What a condition says of an entity.")
class Verdict(Enum):
    """See `levelmark.engine.truth.Truth`."""

    TRUE = _value("TRUE", description="It holds.")
    FALSE = _value("FALSE", description="It does not hold.")
    MISSING = _value("MISSING", description="The property is absent or null.")
    ERROR = _value("ERROR", description="The operator failed, or is not installed.")


@strawberry.enum(description="Why results were looked at again.")
class CauseKind(Enum):
    """See `levelmark.domain.change.CauseKind`."""

    ENTITY_WRITTEN = _value("ENTITY_WRITTEN", description="The entity was written.")
    ENTITY_DELETED = _value("ENTITY_DELETED", description="The entity was deleted.")
    SCORECARD_WRITTEN = _value(
        "SCORECARD_WRITTEN", description="A scorecard or one of its rules was written."
    )
    SCORECARD_DELETED = _value("SCORECARD_DELETED", description="The scorecard was deleted.")
    BLUEPRINT_WRITTEN = _value("BLUEPRINT_WRITTEN", description="The blueprint was written.")
    RELATED_ENTITY_WRITTEN = _value(
        "RELATED_ENTITY_WRITTEN", description="An entity that a derived property reads has changed."
    )
    TIME_PASSED = _value("TIME_PASSED", description="An answer that depends on time could change.")
    PLUGINS_CHANGED = _value("PLUGINS_CHANGED", description="An operator was installed or removed.")
    REQUESTED = _value("REQUESTED", description="Somebody asked for an evaluation.")


@strawberry.enum(description="How far a background evaluation is.")
class EvaluationState(Enum):
    """See `levelmark.domain.evaluation.EvaluationState`."""

    PENDING = _value("PENDING", description="No process has taken it yet.")
    RUNNING = _value(
        "RUNNING", description="A process works at it, or has died at it and another will go on."
    )
    DONE = _value("DONE", description="Every entity was looked at.")
    FAILED = _value("FAILED", description="It ended with an error.")


@strawberry.enum(description="A unit of time; days and longer are those of the time zone's calendar.")
class Interval(Enum):
    """See `levelmark.engine.trend.intervals.Interval`."""

    MINUTE = _value("MINUTE", description="Minutes, counted from the beginning of each day.")
    HOUR = _value("HOUR", description="Hours, counted from the beginning of each day.")
    DAY = _value("DAY", description="Days, of 23 to 25 hours where clocks are put forward or back.")
    WEEK = _value("WEEK", description="Weeks, which begin on Mondays.")
    MONTH = _value("MONTH", description="Months.")
    QUARTER = _value("QUARTER", description="Three months, from January, April, July and October on.")
    YEAR = _value("YEAR", description="Years.")


@strawberry.enum(description="What it was that changed when rule results moved.")
class Origin(Enum):
    """See `levelmark.engine.trend.events.Origin`."""

    ENTITY = _value("ENTITY", description="The entity was written or deleted, or one that it reads.")
    RULE = _value(
        "RULE", description="The standard: a scorecard or the blueprint was written or deleted, or a plugin."
    )
    TIME = _value("TIME", description="Neither: time has passed, or an evaluation was asked for.")


@strawberry.enum(description="What becomes of the fields of an entity that were not sent.")
class WriteMode(Enum):
    """See `levelmark.services.writing.Mode`."""

    REPLACE = _value("REPLACE", description="They are gone: the entity is what was sent.")
    MERGE = _value("MERGE", description="They stay; properties and relations are merged one by one.")


@strawberry.enum(description="What entities can be ordered by; ties are broken by the identifier.")
class EntityOrderField(Enum):
    """See `levelmark.storage.pages.Order`."""

    IDENTIFIER = _value("IDENTIFIER", description="The identifier, by code point.")
    TITLE = _value("TITLE", description="The title, else the identifier, without regard to case.")
    CREATED_AT = _value("CREATED_AT", description="When the entity was created.")
    UPDATED_AT = _value("UPDATED_AT", description="When the entity was last written.")


@strawberry.enum(description="Which way an order runs.")
class OrderDirection(Enum):
    """Ascending or descending."""

    ASC = _value("ASC", description="From the smallest to the largest.")
    DESC = _value("DESC", description="From the largest to the smallest.")


@strawberry.enum(description="What rule results can be counted by, besides properties and relations.")
class RollupDimension(Enum):
    """See `levelmark.services.rollups.Kind`."""

    SCORECARD = _value("SCORECARD", description="The scorecard.")
    RULE = _value("RULE", description="The rule, within its scorecard.")
    LEVEL = _value("LEVEL", description="The level that the entity has reached in the scorecard.")
    RULE_LEVEL = _value("RULE_LEVEL", description="The level that the rule stands on, in its scorecard.")
    TEAM = _value("TEAM", description="The entity's team; an entity of several counts in each.")
    BLUEPRINT = _value("BLUEPRINT", description="The entity's blueprint.")
    ENTITY = _value("ENTITY", description="The entity, within its blueprint.")


@strawberry.enum(description="The figures that groups of rule results can be ordered by.")
class TallyFigure(Enum):
    """See `levelmark.storage.ranking.Figure`."""

    PASSED = _value("PASSED", description="Results that passed.")
    NOT_PASSED = _value("NOT_PASSED", description="Results that did not pass, data being there.")
    NO_DATA = _value("NO_DATA", description="Results that lacked data.")
    ERRORS = _value("ERRORS", description="Results that failed.")
    TESTED = _value("TESTED", description="All results.")
    PERCENTAGE = _value("PERCENTAGE", description="How many of a hundred passed.")
    ENTITIES = _value("ENTITIES", description="Entities.")


@strawberry.enum(description="The figures of a table that its groups can be ordered by.")
class TableFigure(Enum):
    """See `levelmark.services.tables.Figure`."""

    ENTITIES = _value("ENTITIES", description="All entities of the group.")
    SCORED = _value("SCORED", description="Entities with a score in the scorecard.")
    UNSCORED = _value("UNSCORED", description="Entities without one.")
    LEVEL = _value("LEVEL", description="Entities on the level.")
    PASSED = _value("PASSED", description="Results of the rule that passed.")
    NOT_PASSED = _value("NOT_PASSED", description="Results of the rule that did not pass, data being there.")
    NO_DATA = _value("NO_DATA", description="Results of the rule that lacked data.")
    ERRORS = _value("ERRORS", description="Results of the rule that failed.")
    TESTED = _value("TESTED", description="All results of the rule.")
    PERCENTAGE = _value("PERCENTAGE", description="How many of a hundred results of the rule passed.")


@strawberry.enum(description="How conditions are joined.", graphql_name_from="value")
class Combinator(Enum):
    """The combinators, spelt as the field's documents have them."""

    AND = _value("and", description="All conditions must hold.")
    OR = _value("or", description="One condition must hold.")
