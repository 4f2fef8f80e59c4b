/** The question or the sentence at the head of a page, for eyes and for ears. Pure. */

const HEADINGS = {
  services: "kiosk.services",
  online: "kiosk.online.title",
  batch: "kiosk.batch.ask",
  priority: "kiosk.priority.ask",
  groups: "kiosk.groups",
  over: "kiosk.over.title",
  refused: "kiosk.refused.title",
  ticket: "kiosk.yours",
  closed: "kiosk.closed.title",
  offline: "kiosk.offline.title",
};

/** The phrase at the head of this screen. */
export function headingOf(state, screen) {
  if (screen === "services" && !state.queues.queues.some((queue) => queue.is_open)) return "kiosk.all_closed";
  return screen === "services" && state.isSeveral ? "kiosk.several.ask" : HEADINGS[screen];
}
