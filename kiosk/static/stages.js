/** The pages between a choice and its number, and for whom each of them is. Pure: a state of flow.js in. */

const NOT_GROUPS = new Set(["emergency", "regular", "priority"]);

export const queueOf = (state, code = state.service) =>
  state.queues.queues.find((queue) => queue.service === code) ?? null;

/** The lanes that a customer may name; "would rather not say" stands beside them. */
export const groupsOf = (state) => (state.queues.lanes ?? []).filter((lane) => !NOT_GROUPS.has(lane));

/** How many transactions somebody may bring to one turn of this service; 1: nobody is asked. */
export const mostTransactions = (state) => queueOf(state)?.batch ?? 1;

/** Whether the wait may become longer than what the office has promised. */
export function isOverPromise(state) {
  const queue = queueOf(state);
  return Boolean(queue?.wait && queue.promise_s && queue.wait.high > queue.promise_s);
}

const STAGES = ["services", "online", "batch", "priority"];
const IS_DUE = {
  services: () => true,
  online: (state) => state.further.length === 0 && Boolean(queueOf(state)?.online),
  batch: (state) => mostTransactions(state) > 1,
  priority: (state) => state.kiosk.priority,
};

/** The next page that this customer is asked something on; undefined: the number comes. */
export const stageAfter = (state, from) => STAGES.slice(STAGES.indexOf(from) + 1).find((stage) => IS_DUE[stage](state));

/** The page to go back to. */
export const stageBefore = (state, step) => {
  const before = STAGES.includes(step) ? STAGES.slice(0, STAGES.indexOf(step)) : STAGES;
  return before.findLast((stage) => IS_DUE[stage](state));
};
