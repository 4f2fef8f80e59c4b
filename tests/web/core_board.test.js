/** Core services lead, and may stand alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { coreFirst } from "../../server/web/static/core_board.js";

const isCore = ({ core }) => core;
const A = { of: "A", core: false };
const F = { of: "F", core: true };

test("core services stand before the others, and alone where that is wanted", () => {
  assert.deepEqual(coreFirst([A, F], isCore, false), { isOffered: true, rows: [F, A] });
  assert.deepEqual(coreFirst([A, F], isCore, true), { isOffered: true, rows: [F] });
});

test("an office with no core service, or nothing but them, is offered no choice and misses no row", () => {
  assert.deepEqual(coreFirst([A], isCore, true), { isOffered: false, rows: [A] });
  assert.deepEqual(coreFirst([F], isCore, true), { isOffered: false, rows: [F] });
});
