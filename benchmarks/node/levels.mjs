// The level that passed rules reach: the highest whose rules, and those of all levels below, have passed.

export function ladder({ levels, rules }) {
  const rungs = levels
    .map((title) => ({ title, places: [...rules.keys()].filter((place) => rules[place].level === title) }))
    .filter(({ places }) => places.length > 0);
  return (passes) => {
    let reached = levels[0];
    for (const { title, places } of rungs) {
      if (!places.every((place) => passes[place])) break;
      reached = title;
    }
    return reached;
  };
}
