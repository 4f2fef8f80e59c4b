/** A device as the manager's page shows it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rowOf } from "../../server/web/static/devices.js";

const aDevice = (more = {}) => ({
  role: "kiosk",
  name: "Kiosk 1",
  places: ["main"],
  state: "here",
  seen_at: "2026-03-02T02:00:00Z",
  ...more,
});

test("a device that is there needs no time, one that is silent says since when", () => {
  assert.deepEqual(rowOf(aDevice()), {
    role: "kiosk",
    name: "Kiosk 1",
    place: "main",
    key: "manage.devices.here",
    at: null,
    level: "",
  });
  const gone = rowOf(aDevice({ state: "gone", places: [] }));
  assert.equal(gone.at.toISOString(), "2026-03-02T02:00:00.000Z");
  assert.deepEqual([gone.place, gone.level], ["–", "warning"]);
});

test("one that was never heard of has no time", () => {
  assert.equal(rowOf(aDevice({ state: "new", seen_at: null })).at, null);
});
