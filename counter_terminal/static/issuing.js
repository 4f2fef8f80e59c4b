/**
 * A number for somebody at the desk: what is asked, and by which keys. Pure.
 *
 *     1 … 9          the service: it is pressed last, and the number is there
 *     Q W E R T Y U  the lane        A S D F  why it is an emergency        Z X C V  the customer's language
 */

const ROWS = Object.freeze({ lane: "QWERTYU", reason: "ASDF", language: "ZXCV", kiosk: "" });

/** Why somebody goes before everybody; it is written down. */
export const EMERGENCIES = Object.freeze(["illness", "injury", "safety", "other"]);

/** Regular first, for nearly everybody is; the emergency last. */
export const lanesInOrder = (lanes) => [
  ...lanes.filter((lane) => lane === "regular"),
  ...lanes.filter((lane) => lane !== "regular" && lane !== "emergency"),
  ...lanes.filter((lane) => lane === "emergency"),
];

/** The key of the n-th pick (from 0) of a row; "" where the row has no more keys. */
export const letterOf = (row, n) => ROWS[row]?.[n] ?? "";

/**
 * What is sent for {service, lane, language, kiosk, reason}, or {missing: "reason"}: an emergency goes with its reason.
 * Without a kiosk nothing is printed: the number is told.
 */
export function askOf({ service, lane, language, kiosk, reason }) {
  if (lane === "emergency" && !reason) return { missing: "reason" };
  const body = { service, lane, language };
  if (kiosk) body.kiosk = kiosk;
  if (lane === "emergency") body.reason = reason;
  return { body };
}
