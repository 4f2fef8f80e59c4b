/** The pages between a choice and its number, and for whom each of them is. Pure: a state of flow.js in. */

const NOT_GROUPS = new Set(["emergency", "regular", "priority"]);

export const queueOf = (state, code = state.service) =>
  state.queues.queues.find((queue) => queue.service === code) ?? null;

/** The lanes that a customer may name; "would rather not say" stands beside them. */
export const groupsOf = (state) => (state.queues.lanes ?? []).filter((lane) => !NOT_GROUPS.has(lane));

/** How many transactions somebody may bring to one turn of this service; 1: nobody is asked. */
export const mostTransactions = (state) => queueOf(state)?.batch ?? 1;

const isOver = (queue) => Boolean(queue?.wait && queue.promise_s && queue.wait.high > queue.promise_s);

/** Of all services of a visit the one whose wait may go farthest beyond what the office has promised; null: none may. */
export function overPromise(state) {
  const over = [state.service, ...(state.further ?? [])].map((code) => queueOf(state, code)).filter(isOver);
  const beyond = ({ wait, promise_s }) => wait.high - promise_s;
  return over.reduce((worst, queue) => (worst && beyond(worst) >= beyond(queue) ? worst : queue), null);
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
