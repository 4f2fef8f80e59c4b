/**
 * Notices a plug in the kiosk's headphone socket, where the browser can tell: there is something to hear with, or there
 * is no longer. Browsers tell it to pages of https and of this PC alone, and do not tell a second output from the first;
 * elsewhere the socket's own key (F15 in, F16 out, as audio keypads send) or the button does.
 */

/** `onPlug(isIn)`. Without `devices` nothing is ever heard of. */
export async function watchHeadphones(onPlug, devices = globalThis.navigator?.mediaDevices) {
  if (!devices?.enumerateDevices) return;
  const outputs = async () => {
    const found = await devices.enumerateDevices();
    return found.filter((device) => device.kind === "audiooutput").length;
  };
  try {
    let known = await outputs();
    devices.addEventListener("devicechange", async () => {
      const now = await outputs().catch(() => known);
      if (now !== known) onPlug(now > known);
      known = now;
    });
  } catch {
    // the browser does not tell: the button is there
  }
}
