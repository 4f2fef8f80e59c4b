/**
 * What the overview says of the recovery plan: which plays fit now, and how far each run is. Pure, as recovery_board.js
 * is: keys of sentences with their facts.
 */

/** The plays to choose from, those that fit a trouble of now first: [{code, name, fits}]. */
export function choicesOf({ plays, cases, disruption }) {
  const fitting = new Set([
    ...cases.filter((one) => one.calmed_at === null).flatMap((one) => one.plays),
    ...(disruption?.plays ?? []),
  ]);
  const all = plays.map(({ code, name }) => ({ code, name, fits: fitting.has(code) }));
  return [...all.filter((one) => one.fits), ...all.filter((one) => !one.fits)];
}

/** The promises in danger that a play may be begun for: [{id, name}]; those that it is meant for first. */
export function troublesOf({ cases }, play) {
  const open = cases.filter((one) => one.calmed_at === null);
  const meant = open.filter((one) => one.plays.includes(play));
  return [...meant, ...open.filter((one) => !meant.includes(one))].map(({ id, name, plays }) => ({
    id,
    name,
    fits: plays.includes(play),
  }));
}

/** One run: {id, isOpen, level, key, facts}; what it is about stands in `service` (words by language) or null. */
export function runOf(run, cases) {
  const done = run.steps.filter((step) => step.done).length;
  const isOpen = run.ended_at === null;
  return {
    id: run.id,
    isOpen,
    level: isOpen ? "warning" : run.stopped ? "bad" : "good",
    key: isOpen ? "manage.plays.going" : run.stopped ? "manage.plays.stopped" : "manage.plays.done",
    facts: { n: done, m: run.steps.length },
    service: cases.find((one) => one.id === run.case)?.name ?? null,
  };
}
