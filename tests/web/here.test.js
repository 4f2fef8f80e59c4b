/** The check-in code of a screen: always a good one, or none. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { keepFresh } from "../../server/web/static/here.js";

const EVERY = 30_000;

/** A screen with a code; `server.answers` says whether one comes: true, false, or never (null). */
function aScreen({ answers = true } = {}) {
  mock.timers.enable({ apis: ["setInterval"] });
  const picture = { hidden: true, src: "/here.svg" };
  const server = { answers, asked: [] };
  let now = 0;
  const load = (address) => {
    server.asked.push(address);
    if (server.answers === null) return new Promise(() => {});
    return server.answers ? Promise.resolve(address) : Promise.reject(new Error("cut"));
  };
  const timer = keepFresh(picture, { load, clock: { now: () => now } });
  return {
    picture,
    server,
    async passes(ms) {
      for (let left = ms; left > 0; left -= EVERY) {
        now += EVERY;
        mock.timers.tick(EVERY);
        await new Promise((done) => setImmediate(done));
      }
    },
    settles: () => new Promise((done) => setImmediate(done)),
    close() {
      clearInterval(timer);
      mock.timers.reset();
    },
  };
}

test("a code is shown once it is there, and a new one twice a minute", async () => {
  const screen = aScreen();
  assert.equal(screen.picture.hidden, true);
  await screen.settles();
  assert.deepEqual([screen.picture.hidden, screen.picture.src], [false, "/here.svg?1"]);

  await screen.passes(60_000);

  assert.deepEqual(screen.server.asked, ["/here.svg?1", "/here.svg?2", "/here.svg?3"]);
  assert.equal(screen.picture.src, "/here.svg?3");
  screen.close();
});

test("a picture that is on its way leaves the old one in its place", async () => {
  const screen = aScreen();
  await screen.settles();

  screen.server.answers = null;
  await screen.passes(60_000);

  assert.deepEqual([screen.picture.hidden, screen.picture.src], [false, "/here.svg?1"]);
  screen.close();
});

for (const [what, answers] of [
  ["is refused", false],
  ["gets no answer", null],
]) {
  test(`a screen that ${what} takes its code away before it is too old, and has it back with the line`, async () => {
    const screen = aScreen();
    await screen.settles();
    screen.server.answers = answers;

    await screen.passes(240_000);
    assert.equal(screen.picture.hidden, false, "four minutes: it is still good");
    await screen.passes(30_000);
    assert.equal(screen.picture.hidden, true);
    screen.server.answers = true;
    await screen.passes(30_000);

    assert.equal(screen.picture.hidden, false);
    screen.close();
  });
}

test("a code that never came is not shown", async () => {
  const screen = aScreen({ answers: false });

  await screen.passes(60_000);

  assert.equal(screen.picture.hidden, true);
  screen.close();
});
