/** Whether the kiosk's page may be loaded anew: nobody has been here for a while, and nothing of anybody's is on the glass. */
import { LIMITS } from "./flow.js";

export const isLeftAlone = (state, now) =>
  state.step === "services" && !state.dialog && !state.help && !state.isSeveral && now - state.touchedAt >= LIMITS.idle;
