/** A row of the log of disruptions as the manager's page shows it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { disruptionOf } from "../../server/web/static/covers.js";

const aRow = (more = {}) => ({
  source: "auto",
  what: "display",
  place: "hall",
  name: "TV",
  began_at: "2026-03-02T10:00:00+08:00",
  ended_at: "2026-03-02T10:20:00+08:00",
  minutes_lost: 20.0,
  ...more,
});
const clock = (instant) => instant.slice(11, 16);

test("what was down says which, from when until when, and what it cost", () => {
  assert.deepEqual(disruptionOf(aRow(), clock), {
    key: "manage.disruptions.what.display",
    names: "TV, hall",
    isManual: false,
    cells: ["10:00", "10:20", "20"],
  });
});

test("what lasts still has no end, and what was announced has no place", () => {
  const told = disruptionOf(aRow({ source: "manual", what: "system", place: "", name: "", ended_at: "" }), clock);

  assert.deepEqual([told.names, told.isManual, told.cells[1]], ["", true, null]);
});
