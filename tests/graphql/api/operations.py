"""The operations that the tests send: between them, they ask for every field with every argument."""

from typing import Final

_ISSUES: Final = "issues {path code message suggestion severity}"
_EVALUATION: Final = """
    id identifier blueprintIdentifier state total evaluated changed createdAt finishedAt error
    cause {kind evaluation}
"""
_LEVEL: Final = "level {title color}"
_BLUEPRINT: Final = """
    id identifier title icon description schema relations mirrorProperties calculationProperties
    aggregationProperties ownership version createdAt updatedAt
"""
_RULE: Final = f"id identifier title description query {_LEVEL} scorecard {{identifier}}"
_SCORECARD: Final = f"""
    id identifier title filter version createdAt updatedAt levels {{title color}} rules {{{_RULE}}}
    blueprint {{identifier}} {_ISSUES}
"""
_RESULT: Final = """
    id result since lastResult reason rule {identifier} entity {identifier}
    explanation {path property relation operator not expected expectedProperty actual verdict reason}
"""
_ENTITY: Final = f"""
    id identifier title icon team teams properties relations derived derivedIssues {{property reason}} version
    createdAt updatedAt createdBy updatedBy
    blueprint {{identifier}} scores {{since {_LEVEL} scorecard {{identifier}} ruleResults {{{_RESULT}}}}}
"""
_SCORE_RULE: Final = f"passed rule {{identifier}} ruleResult {{{_RESULT}}}"
_PAGE: Final = "pageInfo {hasNextPage hasPreviousPage startCursor endCursor}"
_CHANGE: Final = """
    id cursor blueprintIdentifier entityIdentifier teams scorecardIdentifier at cause {kind evaluation}
    entity {identifier} scorecard {identifier}
"""
_LEVEL_CHANGE: Final = f"{_CHANGE} fromLevel toLevel"
_RESULT_CHANGE: Final = f"{_CHANGE} ruleIdentifier fromResult toResult reason"
_TALLY: Final = "passed notPassed noData errors tested percentage"
_GROUP: Final = f"""
    keys {{dimension property relation scorecard blueprint value}} tally {{{_TALLY}}} entities
    levels {{level entities}}
"""
_SUMMARY: Final = f"entities cells {{tally {{{_TALLY}}} levels {{level entities}} scored unscored}}"
_PLUGIN: Final = "name distribution version operatorNames notifierNames error"

BLUEPRINT: Final = f"query($identifier: String!) {{blueprint(identifier: $identifier) {{{_BLUEPRINT}}}}}"
BLUEPRINTS: Final = f"""
query($first: Int! = 50, $after: String) {{
    blueprints(first: $first, after: $after) {{{_PAGE} edges {{cursor node {{{_BLUEPRINT}}}}}}}
}}"""
ENTITY: Final = f"""
query($blueprint: String!, $identifier: String!, $asOf: DateTime) {{
    entity(blueprint: $blueprint, identifier: $identifier, asOf: $asOf) {{{_ENTITY}}}
}}"""
SCORE: Final = f"""
query($blueprint: String!, $identifier: String!, $scorecard: String!) {{
    entity(blueprint: $blueprint, identifier: $identifier) {{
        score(scorecard: $scorecard) {{since {_LEVEL} ruleResults {{{_RESULT}}}}}
    }}
}}"""
STANDING: Final = f"""
query($blueprint: String!, $identifier: String!, $asOf: DateTime) {{
    entity(blueprint: $blueprint, identifier: $identifier, asOf: $asOf) {{
        scorecards {{
            scorecard {{identifier}}
            score {{
                {_LEVEL} passed tested
                levels {{{_LEVEL} reached passed tested summary rules {{{_SCORE_RULE}}}}}
                nextLevel {{{_LEVEL} missing {{{_SCORE_RULE}}}}}
            }}
        }}
    }}
}}"""
STANDINGS: Final = """
query($blueprint: String!, $first: Int!) {
    entities(blueprint: $blueprint, first: $first) {edges {node {
        scorecards {scorecard {identifier} score {
            levels {summary rules {ruleResult {result reason}}} nextLevel {missing {rule {identifier}}}
        }}
    }}}
}"""
ENTITIES: Final = f"""
query($blueprint: String!, $filter: EntityFilterInput, $order: EntityOrderInput, $asOf: DateTime,
      $first: Int! = 50, $after: String) {{
    entities(blueprint: $blueprint, filter: $filter, orderBy: $order, asOf: $asOf, first: $first,
             after: $after) {{
        {_PAGE} edges {{cursor node {{{_ENTITY}}}}}
    }}
}}"""
ENTITY_NAMES: Final = f"""
query($blueprint: String!, $filter: EntityFilterInput, $order: EntityOrderInput, $first: Int! = 500,
      $after: String) {{
    entities(blueprint: $blueprint, filter: $filter, orderBy: $order, first: $first, after: $after) {{
        {_PAGE} edges {{node {{identifier}}}}
    }}
}}"""
RELATED: Final = f"""
query($blueprint: String!, $identifier: String!, $relation: String!, $asOf: DateTime, $first: Int! = 50,
      $after: String) {{
    entity(blueprint: $blueprint, identifier: $identifier, asOf: $asOf) {{
        danglingTargets(relation: $relation)
        related(relation: $relation, first: $first, after: $after) {{
            {_PAGE} edges {{cursor node {{{_ENTITY}}}}}
        }}
    }}
}}"""
RELATED_BY: Final = f"""
query($blueprint: String!, $identifier: String!, $by: String!, $relation: String, $asOf: DateTime,
      $first: Int! = 50, $after: String) {{
    entity(blueprint: $blueprint, identifier: $identifier, asOf: $asOf) {{
        relatedBy(blueprint: $by, relation: $relation, first: $first, after: $after) {{
            {_PAGE} edges {{cursor node {{{_ENTITY}}}}}
        }}
    }}
}}"""
RELATED_PAGES: Final = """
query($blueprint: String!, $relation: String!, $by: String!, $first: Int! = 50) {
    entities(blueprint: $blueprint, first: $first) {
        edges {node {
            identifier
            danglingTargets(relation: $relation)
            related(relation: $relation) {edges {node {identifier}}}
            relatedBy(blueprint: $by) {edges {node {
                identifier related(relation: $relation) {edges {node {identifier}}}
            }}}
        }}
    }
}"""
SEARCH: Final = f"""
query($text: String!, $blueprints: [String!], $teams: [String!], $first: Int! = 50, $after: String) {{
    search(text: $text, blueprints: $blueprints, teams: $teams, first: $first, after: $after) {{
        {_PAGE} edges {{cursor score matched node {{id identifier blueprint {{identifier}}}}}}
    }}
}}"""
FACETS: Final = """
query($blueprint: String!, $property: String, $relation: String, $scorecard: String,
      $filter: EntityFilterInput, $asOf: DateTime, $first: Int! = 50) {
    facets(blueprint: $blueprint, property: $property, relation: $relation, scorecard: $scorecard,
           filter: $filter, asOf: $asOf, first: $first) {
        values {value count} distinct missing total
    }
}"""
ROLLUP: Final = f"""
query($by: [RollupDimensionInput!]!, $blueprints: [String!], $scorecards: [String!], $rules: [String!],
      $filter: EntityFilterInput, $orderBy: RollupOrderInput, $asOf: DateTime, $first: Int! = 50,
      $after: String) {{
    rollup(by: $by, blueprints: $blueprints, scorecards: $scorecards, rules: $rules, filter: $filter,
           orderBy: $orderBy, asOf: $asOf, first: $first, after: $after) {{
        {_PAGE} edges {{cursor node {{{_GROUP}}}}} whole {{{_GROUP}}}
    }}
}}"""
TABLE: Final = f"""
query($blueprint: String!, $scorecards: [String!], $groupBy: TableGroupInput, $filter: EntityFilterInput,
      $groupOrder: TableGroupOrderInput, $rowOrder: TableRowOrderInput, $asOf: DateTime, $first: Int! = 50,
      $after: String, $rows: Int! = 10, $rowsAfter: String) {{
    table(blueprint: $blueprint, scorecards: $scorecards, groupBy: $groupBy, filter: $filter,
          groupOrder: $groupOrder, rowOrder: $rowOrder, asOf: $asOf, first: $first, after: $after,
          rows: $rows, rowsAfter: $rowsAfter) {{
        columns {{scorecard rule title {_LEVEL} levels {{title color}}}}
        summary {{{_SUMMARY}}}
        groups {{{_PAGE} edges {{cursor node {{
            key summary {{{_SUMMARY}}}
            rows {{{_PAGE} edges {{cursor node {{entity {{id identifier}} cells {{level result since}}}}}}}}
        }}}}}}
    }}
}}"""
SCORECARD: Final = f"query($identifier: String!) {{scorecard(identifier: $identifier) {{{_SCORECARD}}}}}"
SCORECARDS: Final = f"""
query($blueprint: String, $first: Int! = 50, $after: String) {{
    scorecards(blueprint: $blueprint, first: $first, after: $after) {{
        {_PAGE} edges {{cursor node {{{_SCORECARD}}}}}
    }}
}}"""
RULE: Final = f"""
query($scorecard: String!, $identifier: String!) {{
    rule(scorecard: $scorecard, identifier: $identifier) {{{_RULE}}}
}}"""
RULES: Final = f"""
query($scorecard: String!, $level: String, $first: Int! = 50, $after: String) {{
    rules(scorecard: $scorecard, level: $level, first: $first, after: $after) {{
        {_PAGE} edges {{cursor node {{{_RULE}}}}}
    }}
}}"""
RULE_RESULTS: Final = f"""
query($filter: RuleResultFilterInput, $asOf: DateTime, $first: Int! = 50, $after: String) {{
    ruleResults(filter: $filter, asOf: $asOf, first: $first, after: $after) {{
        {_PAGE} edges {{cursor node {{{_RESULT} rule {{{_RULE}}}}}}}
    }}
}}"""
LEVEL_CHANGES: Final = f"""
query($filter: ChangeFilterInput, $first: Int! = 50, $after: String) {{
    levelChanges(filter: $filter, first: $first, after: $after) {{
        {_PAGE} edges {{cursor node {{{_LEVEL_CHANGE}}}}}
    }}
}}"""
RESULT_CHANGES: Final = f"""
query($filter: ChangeFilterInput, $first: Int! = 50, $after: String) {{
    ruleResultChanges(filter: $filter, first: $first, after: $after) {{
        {_PAGE} edges {{cursor node {{{_RESULT_CHANGE}}}}}
    }}
}}"""
TREND: Final = """
query($blueprint: String, $scorecard: String, $rule: String, $groupBy: [TagInput!]! = [],
      $filter: TrendFilterInput, $interval: Interval! = DAY, $every: Int! = 1, $from: DateTime!,
      $to: DateTime, $timeZone: String! = "UTC", $first: Int! = 50) {
    trend(blueprint: $blueprint, scorecard: $scorecard, rule: $rule, groupBy: $groupBy, filter: $filter,
          interval: $interval, every: $every, from: $from, to: $to, timeZone: $timeZone, first: $first) {
        blueprintIdentifier groups series {tags {property relation scorecard value} points {
            start end at entities created deleted arrived left levels {level entities}
            tally {passed notPassed noData errors tested percentage}
            moved {
                origin began ceased appeared appearedPassed went wentPassed arrived arrivedPassed left
                leftPassed
            }
        }}
    }
}"""
EVALUATION: Final = f"query($identifier: String!) {{evaluation(identifier: $identifier) {{{_EVALUATION}}}}}"
COUNTS: Final = """query($blueprint: String) {
    evaluationCounts(blueprint: $blueprint) {blueprintIdentifier cause evaluated changed}
}"""
EVALUATIONS: Final = f"""
query($blueprint: String, $first: Int! = 50, $after: String) {{
    evaluations(blueprint: $blueprint, first: $first, after: $after) {{
        {_PAGE} edges {{cursor node {{{_EVALUATION}}}}}
    }}
}}"""
OPERATORS: Final = f"""{{
    operators {{
        name description types valueSchema timed missing plugin {{{_PLUGIN}}}
        examples {{actual value verdict now}}
    }}
}}"""
NOTIFIERS: Final = f"{{notifiers {{name description configurationSchema plugin {{{_PLUGIN}}}}}}}"
PLUGINS: Final = f"{{plugins {{{_PLUGIN}}}}}"
NODE: Final = f"""
query($id: ID!) {{
    node(id: $id) {{
        id __typename
        ... on Blueprint {{identifier}}
        ... on Entity {{identifier blueprint {{identifier}}}}
        ... on Scorecard {{identifier}}
        ... on Rule {{identifier scorecard {{identifier}}}}
        ... on RuleResult {{rule {{identifier}}}}
        ... on Change {{{_CHANGE}}}
        ... on Evaluation {{identifier}}
    }}
}}"""

UPSERT_BLUEPRINT: Final = f"""
mutation($input: BlueprintInput!) {{
    upsertBlueprint(input: $input) {{
        outcome {_ISSUES} blueprint {{{_BLUEPRINT}}} evaluation {{{_EVALUATION}}}
    }}
}}"""
DELETE_BLUEPRINT: Final = f"""
mutation($input: DeleteBlueprintInput!) {{
    deleteBlueprint(input: $input) {{outcome entities scorecards {_ISSUES}}}
}}"""
UPSERT_ENTITIES: Final = f"""
mutation($input: UpsertEntitiesInput!) {{
    upsertEntities(input: $input) {{results {{identifier outcome {_ISSUES} entity {{{_ENTITY}}}}}}}
}}"""
DELETE_ENTITIES: Final = f"""
mutation($input: DeleteEntitiesInput!) {{
    deleteEntities(input: $input) {{results {{identifier outcome {_ISSUES} entity {{identifier}}}}}}
}}"""
EVALUATE: Final = f"""
mutation($input: EvaluateInput!) {{
    evaluate(input: $input) {{
        results {{identifier outcome {_ISSUES} entity {{{_ENTITY}}}}} evaluation {{{_EVALUATION}}}
    }}
}}"""
UPSERT_SCORECARD: Final = f"""
mutation($input: ScorecardInput!) {{
    upsertScorecard(input: $input) {{
        outcome {_ISSUES} scorecard {{{_SCORECARD}}} evaluation {{{_EVALUATION}}}
    }}
}}"""
DELETE_SCORECARD: Final = f"""
mutation($input: DeleteScorecardInput!) {{
    deleteScorecard(input: $input) {{outcome entities ruleResults {_ISSUES} evaluation {{{_EVALUATION}}}}}
}}"""
UPSERT_RULE: Final = f"""
mutation($input: UpsertRuleInput!) {{
    upsertRule(input: $input) {{outcome {_ISSUES} rule {{{_RULE}}} evaluation {{{_EVALUATION}}}}}
}}"""
DELETE_RULE: Final = f"""
mutation($input: DeleteRuleInput!) {{
    deleteRule(input: $input) {{outcome {_ISSUES} scorecard {{{_SCORECARD}}} evaluation {{{_EVALUATION}}}}}
}}"""

RENAME_BLUEPRINT: Final = f"""
mutation($input: RenameBlueprintInput!) {{
    renameBlueprint(input: $input) {{outcome {_ISSUES} blueprint {{{_BLUEPRINT}}}}}
}}"""
RENAME_PROPERTY: Final = f"""
mutation($input: RenamePropertyInput!) {{
    renameProperty(input: $input) {{outcome {_ISSUES} blueprint {{{_BLUEPRINT}}}}}
}}"""
RENAME_RELATION: Final = f"""
mutation($input: RenameRelationInput!) {{
    renameRelation(input: $input) {{outcome {_ISSUES} blueprint {{{_BLUEPRINT}}}}}
}}"""
RENAME_RULE: Final = f"""
mutation($input: RenameRuleInput!) {{
    renameRule(input: $input) {{outcome {_ISSUES} scorecard {{{_SCORECARD}}}}}
}}"""
RENAME_LEVEL: Final = f"""
mutation($input: RenameLevelInput!) {{
    renameLevel(input: $input) {{outcome {_ISSUES} scorecard {{{_SCORECARD}}}}}
}}"""

FOLLOW_LEVELS: Final = f"""
subscription($filter: ChangeFilterInput, $after: String) {{
    levelChanges(filter: $filter, after: $after) {{{_LEVEL_CHANGE}}}
}}"""
FOLLOW_RESULTS: Final = f"""
subscription($filter: ChangeFilterInput, $after: String) {{
    ruleResultChanges(filter: $filter, after: $after) {{{_RESULT_CHANGE}}}
}}"""

ALL: Final = {name: text for name, text in globals().items() if name.isupper() and not name.startswith("_")}
"""Every operation by its name."""
