/** A wait is shown by one rule: the same table as tests/config/test_times.py has. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { minutesRange } from "../../server/web/static/clock.js";
import { waitWords, whyNoWait } from "../../server/web/static/waits.js";

const ZONE = "Asia/Kuala_Lumpur";
const WAITS = JSON.parse(readFileSync(new URL("../config/waits.json", import.meta.url), "utf8"));

for (const { name, shown, key, values, ...wait } of WAITS) {
  test(`a wait is shown in fives of minutes: ${name}`, () => {
    const [a, n, b] = shown;

    assert.deepEqual(minutesRange(wait), { a, n, b });
    for (const [language, place] of [
      ["ms", 0],
      ["en", 0],
      ["zh", 1],
      ["ta", 0],
    ]) {
      const told = Object.entries(values).map(([slot, value]) => [slot, value[place] ?? value]);
      assert.deepEqual(waitWords(wait, language, ZONE), [key, Object.fromEntries(told)]);
    }
  });
}

test("a wait that is not told is excused in words", () => {
  assert.equal(whyNoWait("no_counter"), "wait.no_counter");
  assert.deepEqual([whyNoWait("not_yet"), whyNoWait(null)], ["wait.unknown", "wait.unknown"]);
});
