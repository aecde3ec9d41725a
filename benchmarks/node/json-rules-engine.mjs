// json-rules-engine: one engine with the rules of all scorecards, run once for every entity, as it is documented.

import { Engine } from "json-rules-engine";

import { ladder } from "./levels.mjs";
import { operators, prepared } from "./operators.mjs";

const NAMES = {
  "=": "equal",
  "!=": "notEqual",
  "<": "lessThan",
  "<=": "lessThanInclusive",
  ">": "greaterThan",
  ">=": "greaterThanInclusive",
};

export function oneEngine(scorecards, instants) {
  const engine = build(scorecards, instants);
  const levels = scorecards.map(ladder);
  return async (entity) => {
    const passes = scorecards.map((scorecard) => scorecard.rules.map(() => false));
    const { events } = await engine.run(entity);
    for (const { params } of events) passes[params.index][params.place] = true;
    return passes.map((passed, index) => ({ passes: passed, level: levels[index](passed) }));
  };
}

function build(scorecards, instants) {
  const engine = new Engine([], { allowUndefinedFacts: true });
  for (const [name, test] of Object.entries(operators)) engine.addOperator(name, test);
  scorecards.forEach((scorecard, index) => {
    scorecard.rules.forEach(({ query }, place) => {
      const conditions = query.conditions.map((one) => condition(one, instants.includes(one.property)));
      const joined = { [query.combinator === "and" ? "all" : "any"]: conditions };
      engine.addRule({ conditions: joined, event: { type: "passed", params: { index, place } } });
    });
  });
  return engine;
}

function condition(one, isInstant) {
  const { operator, value } = prepared(one, isInstant);
  return { fact: one.property, operator: NAMES[operator] ?? operator, value };
}
