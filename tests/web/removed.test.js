import assert from "node:assert/strict";
import { test } from "node:test";
import { isBeyond } from "../../server/web/static/removed.js";

test("records are said to be gone once the days asked for reach back to them", () => {
  assert.equal(isBeyond("2026-03-02", "2026-03-02"), true);
  assert.equal(isBeyond("2026-03-03", "2026-03-02"), false);
  assert.equal(isBeyond("", "2026-03-02"), false);
  assert.equal(isBeyond("2026-03-02", ""), false);
});
