import assert from "node:assert/strict";
import { test } from "node:test";
import { stateOf } from "/static/web/extend.js";

const say = (key, values) => (values ? `${key} ${values.t}` : key);
const time = (at) => at.slice(11, 16);

test("today's hours say until when, that it is closed, or nothing where no closing is in sight", () => {
  const open = { is_open: true, closes_at: "2026-03-02T10:00:00.000Z" };

  assert.equal(stateOf(open, say, time), "manage.extend.closes 10:00");
  assert.equal(stateOf({ is_open: false, closes_at: null }, say, time), "manage.extend.closed");
  assert.equal(stateOf({ is_open: true, closes_at: null }, say, time), "");
});
