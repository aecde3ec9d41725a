// Levelmark's operators for engines that lack them; a missing value arrives as `undefined` or `null`.

const missing = (actual) => actual === undefined || actual === null;

export const operators = {
  contains: (actual, value) => !missing(actual) && actual.includes(value),
  doesNotContains: (actual, value) => missing(actual) || !actual.includes(value),
  containsAny: (actual, value) => !missing(actual) && value.some((one) => actual.includes(one)),
  beginsWith: (actual, value) => !missing(actual) && actual.startsWith(value),
  endsWith: (actual, value) => !missing(actual) && actual.endsWith(value),
  isNotEmpty: (actual) => !missing(actual) && actual.length !== 0,
  after: (actual, value) => !missing(actual) && Date.parse(actual) > value,
  notBefore: (actual, value) => !missing(actual) && Date.parse(actual) >= value,
};

// The rule's side of a date is read once, when the engine is built, as Levelmark does.
export function prepared({ operator, value }, isInstant) {
  if (!isInstant) return { operator, value: value ?? null };
  return { operator: { ">": "after", ">=": "notBefore" }[operator], value: Date.parse(value) };
}
