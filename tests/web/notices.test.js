/** What the form for an announcement asks for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { askedOf } from "../../server/web/static/notices.js";

const FORM = { template: "a.delay", time: "", zone: "", minutes: "15", spoken: true, "text-ms": "x" };

test("a template is asked for by its name, with its time where it has one", () => {
  assert.deepEqual(askedOf(FORM), { template: "a.delay", minutes: 15, spoken: true, zones: [] });
  assert.deepEqual(askedOf({ ...FORM, template: "a.close", time: "16:30", zone: "canteen", spoken: false }), {
    template: "a.close",
    time: "16:30",
    minutes: 15,
    spoken: false,
    zones: ["canteen"],
  });
});

test("words of one's own are sent in the languages that have any", () => {
  const asked = askedOf({
    ...FORM,
    template: "own",
    "text-ms": " Kantin ditutup. ",
    "text-en": "  ",
    "text-ta": "மூடப்பட்டது.",
  });

  assert.deepEqual(asked.text, { ms: "Kantin ditutup.", ta: "மூடப்பட்டது." });
  assert.equal("template" in asked, false);
});
