// The Node side of the evaluation benchmark. The argument names a file with scorecards and entities. A line in,
// `{"engine": …, "repeats": …}`, is answered by a line out: the seconds of one pass over all entities, or with no
// repeats the passes and levels of every entity.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { compiled } from "./json-logic-engine.mjs";
import { oneEngine } from "./json-rules-engine.mjs";

const { scorecards, instants, entities } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const engines = {
  "json-rules-engine": oneEngine(scorecards, instants),
  "json-logic-engine": compiled(scorecards, instants),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { engine, repeats } = JSON.parse(line);
  const answer = repeats ? await seconds(engines[engine], repeats) : await answers(engines[engine]);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function seconds(evaluate, repeats) {
  const start = performance.now();
  for (let pass = 0; pass < repeats; pass += 1) {
    for (const entity of entities) {
      const pending = evaluate(entity);
      if (pending instanceof Promise) await pending; // an engine that makes no promise need not wait for one
    }
  }
  return (performance.now() - start) / 1000 / repeats;
}

async function answers(evaluate) {
  const all = [];
  for (const entity of entities) all.push(await evaluate(entity));
  return all;
}
