/** A kiosk loads itself anew only where no customer could see it go. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { begin, LIMITS } from "../../kiosk/static/flow.js";
import { isLeftAlone } from "../../kiosk/static/rest.js";

const fresh = begin({ kiosk: { code: "main" }, queues: { queues: [] } }, 0);

test("a kiosk is left alone when nobody has touched it for as long as anybody is waited for", () => {
  assert.equal(isLeftAlone(fresh, LIMITS.idle - 1), false);
  assert.equal(isLeftAlone(fresh, LIMITS.idle), true);
});

test("whatever a customer has on the glass stays there", () => {
  for (const held of [{ step: "ticket" }, { dialog: "help" }, { help: { kind: "help" } }, { isSeveral: true }]) {
    assert.equal(isLeftAlone({ ...fresh, ...held }, 10 * LIMITS.idle), false);
  }
});
