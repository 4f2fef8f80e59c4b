/** A page's request: one key, sent again only when nobody answered, and a refusal that says its code. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, newKey, Refusal, Unreachable } from "../../server/web/static/api.js";

const json = (body, status = 200, type = "application/json") =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });

/** An API before a line that gives these answers in turn; an Error is a cut line. */
function aLine(...answers) {
  const sent = [];
  const pauses = [];
  const api = createApi({
    csrf: () => "token-of-the-page",
    fetch: async (path, request) => {
      sent.push({ path, ...request });
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    pause: async (ms) => pauses.push(ms),
  });
  return { api, sent, pauses };
}

test("a tap sends its key, the page's token and JSON", async () => {
  const { api, sent } = aLine(json({ number: "A012" }, 201));

  const ticket = await api.post("/tickets", { service: "A" }, { key: "tap-1" });

  assert.deepEqual(ticket, { number: "A012" });
  const [{ path, method, headers, body }] = sent;
  assert.deepEqual([path, method, body], ["/api/v1/tickets", "POST", '{"service":"A"}']);
  assert.equal(headers["Idempotency-Key"], "tap-1");
  assert.equal(headers["X-CSRFToken"], "token-of-the-page");
});

test("a cut line is tried again with the same key", async () => {
  const { api, sent, pauses } = aLine(new TypeError("cut"), new TypeError("cut"), json({ number: "A012" }));

  const ticket = await api.post("/tickets", { service: "A" });

  assert.equal(ticket.number, "A012");
  assert.equal(new Set(sent.map((request) => request.headers["Idempotency-Key"])).size, 1);
  assert.deepEqual(pauses, [300, 900]);
});

test("a proxy without a branch behind it is tried again, the branch's own 503 is not", async () => {
  const passing = aLine(new Response("bad gateway", { status: 502 }), json({ number: "A012" }));
  assert.equal((await passing.api.post("/tickets", {})).number, "A012");

  const refused = aLine(json({ code: "starting", title: "Starting" }, 503, "application/problem+json"));
  await assert.rejects(refused.api.post("/tickets", {}), { name: "Refusal", code: "starting" });
  assert.equal(refused.sent.length, 1);
});

test("nobody answering is said as such, with the key to ask again", async () => {
  const cut = () => new TypeError("cut");
  const { api, sent } = aLine(cut(), cut(), cut(), cut());

  await assert.rejects(api.post("/tickets", {}, { key: "tap-2" }), (error) => {
    assert.ok(error instanceof Unreachable);
    assert.equal(error.key, "tap-2");
    return true;
  });
  assert.equal(sent.length, 4);
});

test("a refusal carries its code, its words and what else it says, and is not tried again", async () => {
  const problem = {
    type: "about:blank",
    title: "Too early",
    status: 409,
    code: "too_early",
    detail: "Wait",
    until: "x",
  };
  const { api, sent } = aLine(json(problem, 409, "application/problem+json"));

  await assert.rejects(api.post("/counters/K1/no-show"), (error) => {
    assert.ok(error instanceof Refusal);
    assert.deepEqual([error.code, error.status, error.detail, error.more], ["too_early", 409, "Wait", { until: "x" }]);
    return true;
  });
  assert.equal(sent.length, 1);
});

test("nobody waiting is no content: null", async () => {
  const { api } = aLine(new Response(null, { status: 204 }));

  assert.equal(await api.post("/counters/K1/next"), null);
});

test("two taps have two keys, also where the page has no secure context", () => {
  assert.notEqual(newKey(), newKey());
  const { randomUUID } = crypto;
  crypto.randomUUID = undefined;
  try {
    assert.match(newKey(), /^[0-9a-f]{32}$/);
  } finally {
    crypto.randomUUID = randomUUID;
  }
});
