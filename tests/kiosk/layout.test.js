import assert from "node:assert/strict";
import { test } from "node:test";

import { growthOf, pageOf, pagesOf, REACH, reachBand, waysToSet } from "../../kiosk/static/layout.js";

test("six answers stand under each other on a tall glass", () => {
  assert.deepEqual(waysToSet({ width: 236, height: 300 }, 9)[0], { columns: 1, rows: 6, aPage: 6 });
});

test("a wide glass takes two columns", () => {
  assert.deepEqual(waysToSet({ width: 326, height: 110 }, 9)[0], { columns: 2, rows: 3, aPage: 6 });
});

test("a small glass takes fewer answers a page instead of smaller ones", () => {
  assert.deepEqual(waysToSet({ width: 207, height: 66 }, 6)[0], { columns: 2, rows: 2, aPage: 4 });
});

test("three services need room for three", () => {
  assert.equal(waysToSet({ width: 236, height: 300 }, 3)[0].aPage, 3);
});

test("words that do not fit find fewer answers a page, and longer lines before fewer still", () => {
  const ways = waysToSet({ width: 207, height: 90 }, 6).map(({ columns, aPage }) => [columns, aPage]);

  assert.deepEqual(ways, [
    [2, 4],
    [2, 2],
    [1, 2],
    [1, 1],
  ]);
});

test("a page that no longer exists is the last one", () => {
  const services = ["A", "B", "C", "D", "E", "F", "G"];

  assert.equal(pagesOf(services.length, 6), 2);
  assert.deepEqual(pageOf(services, 5, 6), ["G"]);
});

test("in reach mode nothing to touch hangs higher than 1220 mm, whatever the mounting", () => {
  for (const [height, mounting] of [
    [476, 850],
    [476, 900],
    [708, 600],
    [708, 700],
    [194, 1000],
  ]) {
    const { above, below } = reachBand({ height, mounting });

    assert.ok(mounting + height - above <= REACH.highest, `${height} mm of glass at ${mounting} mm`);
    assert.ok(mounting + below >= REACH.lowest);
  }
});

test("in reach mode nothing to touch hangs lower than 400 mm", () => {
  const { above, below } = reachBand({ height: 708, mounting: 330 });

  assert.equal(above, 0);
  assert.equal(330 + below, REACH.lowest);
});

test("a glass that hangs too high for any hand keeps the lowest band that a page needs", () => {
  const { above } = reachBand({ height: 194, mounting: 1150 });

  assert.equal(194 - above, 130);
});

test("when nobody entered the mounting, reach mode takes the lower part of the glass", () => {
  const { above, below } = reachBand({ height: 476 });

  assert.ok(above > 150 && above < 200);
  assert.equal(below, 0);
});

test("nothing is smaller than drawn on small glass, and larger glass is filled", () => {
  assert.equal(growthOf({ width: 217, height: 136 }), 1);
  assert.equal(growthOf({ width: 268, height: 476 }), 1);
  assert.equal(growthOf({ width: 398, height: 708 }), 1.4);
  assert.equal(growthOf({ width: 398, height: 370 }, { width: 398, height: 708 }), 1, "in the reach of a hand");
});
