/** The hall's pictures and films: only while nobody is called, without a sound, and never instead of a number. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ASK_AGAIN, BEGINS_WITHIN, createMedia, PICTURE_FOR } from "../../display/static/media.js";

const settle = () => new Promise((resolve) => setImmediate(resolve));
const picture = (url) => ({ url, kind: "picture" });
const film = (url) => ({ url, kind: "film" });

/** A place on the glass, a clock of its own, and elements that show or fail when the test says so. */
function aPlace(folders) {
  const timers = new Map();
  const made = [];
  const changes = [];
  let at = 0;
  let turn = 0;
  let asked = 0;
  const place = {
    hidden: true,
    children: [],
    replaceChildren(...children) {
      place.children = children;
    },
  };
  const make = (tag) => {
    const listeners = {};
    const one = {
      tag,
      isPaused: false,
      addEventListener: (name, run) => {
        listeners[name] = run;
      },
      play: () => Promise.resolve(),
      pause() {
        one.isPaused = true;
      },
      async says(name) {
        listeners[name]?.();
        await settle();
      },
    };
    made.push(one);
    return one;
  };
  const media = createMedia({
    place,
    make,
    list: async () => folders[Math.min(asked++, folders.length - 1)],
    onChange: (isShown) => changes.push(isShown),
    later: (run, ms) => {
      timers.set(++turn, { run, at: at + ms });
      return turn;
    },
    never: (timer) => timers.delete(timer),
  });
  return {
    place,
    made,
    changes,
    asked: () => asked,
    onGlass: () => place.children.map((one) => one.src),
    async want(value) {
      media.want(value);
      await settle();
    },
    async pass(ms) {
      at += ms;
      for (const [key, due] of [...timers]) {
        if (due.at > at) continue;
        timers.delete(key);
        due.run();
      }
      await settle();
    },
  };
}

test("pictures take turns, films run to their end without a sound, and then it begins anew", async () => {
  const hall = aPlace([[picture("a.png"), film("b.mp4")]]);

  await hall.want(true);
  assert.deepEqual(hall.onGlass(), [], "nothing stands before it can be seen");
  await hall.made[0].says("load");
  assert.deepEqual(hall.onGlass(), ["a.png"]);
  await hall.pass(PICTURE_FOR);
  await hall.made[1].says("playing");
  assert.deepEqual(hall.onGlass(), ["b.mp4"]);
  assert.equal(hall.made[1].muted, true);
  await hall.pass(10 * PICTURE_FOR);
  assert.deepEqual(hall.onGlass(), ["b.mp4"]);
  await hall.made[1].says("ended");

  assert.equal(hall.asked(), 2, "the folder is looked at anew");
  assert.equal(hall.made[2].src, "a.png");
});

test("a call takes them away at once, and what was loading does not come after it", async () => {
  const hall = aPlace([[film("a.mp4"), picture("b.png")]]);
  await hall.want(true);
  await hall.made[0].says("playing");
  assert.deepEqual(hall.changes, [true]);

  await hall.want(false);

  assert.deepEqual([hall.onGlass(), hall.place.hidden, hall.made[0].isPaused], [[], true, true]);
  await hall.made[0].says("ended");
  await hall.pass(ASK_AGAIN);
  assert.equal(hall.made.length, 1);
  assert.deepEqual(hall.changes, [true, false]);
});

test("what is broken or never comes is left out", async () => {
  const hall = aPlace([[picture("broken.png"), film("stalled.mp4"), picture("c.png")]]);
  await hall.want(true);

  await hall.made[0].says("error");
  await hall.pass(BEGINS_WITHIN);
  await hall.made[2].says("load");

  assert.deepEqual(hall.onGlass(), ["c.png"]);
});

test("an empty folder shows nothing and is looked at again by and by", async () => {
  const hall = aPlace([[], [picture("new.png")]]);
  await hall.want(true);
  assert.equal(hall.place.hidden, true);
  assert.equal(hall.asked(), 1);

  await hall.pass(ASK_AGAIN);
  await hall.made[0].says("load");

  assert.deepEqual(hall.onGlass(), ["new.png"]);
});

test("a folder in which everything is broken is not asked for without end", async () => {
  const hall = aPlace([[picture("broken.png")]]);
  await hall.want(true);

  await hall.made[0].says("error");

  assert.equal(hall.asked(), 1);
  assert.deepEqual(hall.changes, []);
});
