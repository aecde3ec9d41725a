// json-logic-engine: every rule compiled to a JavaScript function, called for every entity.

import { LogicEngine } from "json-logic-engine";

import { ladder } from "./levels.mjs";
import { operators, prepared } from "./operators.mjs";

const NAMES = { "=": "===", "!=": "!==" };
const ORDERS = ["<", "<=", ">", ">="];

export function compiled(scorecards, instants) {
  const engine = new LogicEngine();
  for (const [name, test] of Object.entries(operators)) {
    engine.addMethod(name, ([actual, value]) => test(actual, value), { sync: true, deterministic: true });
  }
  const levels = scorecards.map(ladder);
  const programs = scorecards.map(({ rules }) => rules.map(({ query }) => {
    const conditions = query.conditions.map((one) => logic(one, instants.includes(one.property)));
    return engine.build({ [query.combinator]: conditions });
  }));
  return (entity) => programs.map((rules, index) => {
    const passes = rules.map((rule) => rule(entity));
    return { passes, level: levels[index](passes) };
  });
}

function logic(one, isInstant) {
  const { operator, value } = prepared(one, isInstant);
  const actual = { var: one.property };
  const test = { [NAMES[operator] ?? operator]: [actual, value] };
  // In JavaScript null is less than five, so an order asks first whether there is a value.
  return ORDERS.includes(operator) ? { and: [{ "!==": [actual, null] }, test] } : test;
}
