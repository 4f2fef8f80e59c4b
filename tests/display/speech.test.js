/** The hall's player: one sound at a time, every announcement answered for, and a browser that wants to be touched. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSpeaker } from "../../display/static/speech.js";
import { createSpeechQueue } from "../../display/static/speech_queue.js";

const aCall = (id, clips = ["chime", `${id}-ms`, `${id}-en`]) => ({ id, clips, text: { ms: `Nombor ${id}` } });
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A player with a clock of its own and an audio element whose sounds end when the test says so. */
function aPlayer({ refuses = () => null, Context } = {}) {
  const timers = new Map();
  const listeners = {};
  const log = [];
  let at = 0;
  let turn = 0;
  const audio = {
    src: "",
    addEventListener: (name, run) => {
      listeners[name] = run;
    },
    pause: () => {},
    play: () => {
      const refusal = refuses(audio.src);
      log.push(`${at} ${refusal === null ? "play" : "refused"} ${audio.src}`);
      return refusal === null ? Promise.resolve() : Promise.reject(Object.assign(new Error(), { name: refusal }));
    },
  };
  const speech = createSpeaker({
    audio,
    onSpoken: ({ id, state }) => log.push(`${at} ${state} ${id}`),
    onBlocked: (isBlocked) => log.push(`${at} ${isBlocked ? "blocked" : "allowed"}`),
    Context,
    now: () => at,
    later: (run, ms) => {
      timers.set(++turn, { run, at: at + ms });
      return turn;
    },
    never: (timer) => timers.delete(timer),
  });
  return {
    speech,
    audio,
    log,
    sounds: () => log.filter((line) => / (play|refused) /.test(line)),
    answers: () => log.filter((line) => !/ (play|refused) /.test(line)),
    async pass(ms) {
      const until = at + ms;
      for (;;) {
        const [key, due] = [...timers].sort((a, b) => a[1].at - b[1].at)[0] ?? [];
        if (due === undefined || due.at > until) break;
        timers.delete(key);
        at = due.at;
        due.run();
        await settle();
      }
      at = until;
    },
    async sound(name) {
      listeners[name]();
      await settle();
    },
  };
}

async function hearAll(player, clips, ms = 1000) {
  for (let clip = 0; clip < clips; clip += 1) {
    await player.pass(ms);
    await player.sound("ended");
    await player.pass(500);
  }
}

test("a call is the chime, then its languages, one after another", async () => {
  const player = aPlayer();

  player.speech.speak(aCall("A012"));
  await settle();
  await hearAll(player, 3);

  assert.deepEqual(player.log, ["0 play chime", "1300 play A012-ms", "2800 play A012-en", "4000 spoken A012"]);
});

test("two calls at the same moment never sound together, and are 500 ms apart", async () => {
  const player = aPlayer();

  player.speech.speak(aCall("A012", ["chime", "first"]));
  player.speech.speak(aCall("F003", ["chime", "second"]));
  await settle();
  await player.pass(1000);
  await player.sound("ended");
  await player.pass(1300);
  await player.sound("ended");
  await player.pass(499);
  const before = player.sounds().length;
  await player.pass(1);

  assert.equal(before, 2);
  assert.deepEqual(player.sounds(), ["0 play chime", "1300 play first", "2800 play chime"]);
  assert.deepEqual(player.answers(), ["2300 spoken A012"]);
});

test("an announcement that comes twice is spoken once", async () => {
  const player = aPlayer();

  player.speech.speak(aCall(7));
  player.speech.speak(aCall(7));
  await settle();
  await hearAll(player, 3);
  player.speech.speak(aCall(7));
  await player.pass(5000);

  assert.equal(player.sounds().length, 3);
  assert.equal(player.speech.waiting(), 0);
  assert.deepEqual(player.answers(), ["4000 spoken 7", "4500 spoken 7"]); // who asks again has not heard the answer
});

test("what the server asks after a break is known: what is in hand, and what was heard or not", async () => {
  const player = aPlayer({ refuses: (url) => (url.startsWith("8") ? "NotSupportedError" : null) });
  player.speech.speak(aCall(7));
  player.speech.speak(aCall(8));
  await settle();
  const atFirst = [player.speech.playing(), player.speech.recent()];
  await hearAll(player, 4);

  assert.deepEqual(atFirst, [7, []]);
  assert.equal(player.speech.playing(), null);
  assert.deepEqual(player.speech.recent(), [
    { id: 7, state: "spoken", ok: true, why: "" },
    { id: 8, state: "chime", ok: false, why: "failed" },
  ]);
});

test("a call that another player speaks is stopped, let go of, and may be asked again", async () => {
  const player = aPlayer();
  player.speech.speak(aCall(7));
  player.speech.speak(aCall(8));
  await settle();

  player.speech.hush(8);
  player.speech.hush(7);
  await player.pass(1000);
  player.speech.speak(aCall(8));
  await hearAll(player, 3);

  assert.deepEqual(
    player.sounds().map((line) => line.split(" ")[2]),
    ["chime", "chime", "8-ms", "8-en"],
  );
  assert.equal(player.answers().at(-1).split(" ").slice(1).join(" "), "spoken 8");
});

test("a chime alone is all that there was to hear, and words need no chime before them", () => {
  const queue = createSpeechQueue();
  const over = [];
  const hear = (announcement) => {
    queue.add(announcement);
    for (let at = 1e6 * announcement.id; queue.waiting() > 0; at += 1000) {
      const what = queue.next(at);
      if (what.over) over.push(what.over);
      else if (what.play) queue.ended(at);
    }
  };

  hear({ id: 1, clips: ["chime"], languages: [] });
  hear({ id: 2, clips: ["ms"], languages: ["ms"] });

  assert.deepEqual(
    over.map(({ state, ok }) => [state, ok]),
    [
      ["chime", true],
      ["spoken", true],
    ],
  );
});

test("a zone's volume is the sound's", async () => {
  const player = aPlayer();

  player.speech.speak({ ...aCall(7), volume: 0.3 });
  await settle();

  assert.equal(player.audio.volume, 0.3);
});

test("a clip that is not there is left out and the other language is still heard", async () => {
  const player = aPlayer({ refuses: (url) => (url.endsWith("-ms") ? "NotSupportedError" : null) });

  player.speech.speak(aCall(7));
  await settle();
  await hearAll(player, 2);

  assert.deepEqual(player.sounds(), ["0 play chime", "1300 refused 7-ms", "1300 play 7-en"]);
  assert.deepEqual(player.answers(), ["2500 spoken 7"]);
});

test("a sound that fails, told by event and by promise, counts once", async () => {
  const player = aPlayer({ refuses: (url) => (url === "chime" ? "NotSupportedError" : null) });

  player.speech.speak(aCall(7));
  await player.sound("error");
  await hearAll(player, 2);

  assert.deepEqual(player.sounds(), ["0 refused chime", "0 play 7-ms", "1300 play 7-en"]);
  assert.deepEqual(player.answers(), ["2500 spoken 7"]);
});

test("where only the chime could be heard, the server is told so", async () => {
  const player = aPlayer();

  player.speech.speak(aCall(7, ["chime"]));
  await settle();
  await hearAll(player, 1);

  assert.deepEqual(player.answers(), ["1000 chime 7"]);
});

test("a sound that never ends does not keep the next call waiting for ever", async () => {
  const player = aPlayer();

  player.speech.speak(aCall(7, ["chime", "endless"]));
  player.speech.speak(aCall(8, ["chime", "8-ms"]));
  await settle();
  await player.pass(1000);
  await player.sound("ended");
  await player.pass(300 + 20_000 + 500);

  assert.deepEqual(player.sounds(), ["0 play chime", "1300 play endless", "21800 play chime"]);
  assert.equal(player.answers().at(-1), "21300 chime 7");
});

test("a browser that wants to be touched first is told about once, and every call is answered for", async () => {
  const player = aPlayer({ refuses: () => "NotAllowedError" });

  player.speech.speak(aCall(7));
  player.speech.speak(aCall(8));
  await settle();

  assert.deepEqual(player.sounds(), ["0 refused chime", "0 refused chime"]);
  assert.deepEqual(player.answers(), ["0 blocked", "0 silent 7", "0 silent 8"]);
});

test("after one touch the hall is heard, and old calls are not all repeated", async () => {
  let isTouched = false;
  const player = aPlayer({ refuses: () => (isTouched ? null : "NotAllowedError") });
  player.speech.speak(aCall(7));
  await settle();

  isTouched = true;
  player.speech.allow("test");
  await settle();
  player.speech.speak(aCall(8, ["chime", "8-ms"]));
  await player.pass(1000);
  await player.sound("ended");
  await hearAll(player, 2);

  assert.deepEqual(player.sounds(), ["0 refused chime", "0 play test", "1000 play chime", "2300 play 8-ms"]);
  assert.deepEqual(player.answers(), ["0 blocked", "0 silent 7", "0 allowed", "3500 spoken 8"]);
  assert.equal(player.speech.isBlocked(), false);
});

test("a touch during a call does not cut it off", async () => {
  const player = aPlayer();

  player.speech.speak(aCall(7));
  await settle();
  player.speech.allow("test");
  await hearAll(player, 3);

  assert.deepEqual(
    player.sounds().map((line) => line.split(" ")[2]),
    ["chime", "7-ms", "7-en"],
  );
});

test("before the first call comes, the page knows whether sound is allowed", async () => {
  class Suspended {
    state = "suspended";
    resume = () => new Promise(() => {});
    close = () => Promise.resolve();
  }
  class Running extends Suspended {
    state = "running";
    resume = () => Promise.resolve();
  }

  const allowed = aPlayer({ Context: Running });
  const refused = aPlayer({ Context: Suspended });
  await allowed.pass(1000);
  await refused.pass(1000);
  refused.speech.allow();

  assert.deepEqual(allowed.log, []);
  assert.deepEqual(refused.log, ["1000 blocked", "1000 allowed"]);
});

test("whatever happens to sounds, the queue plays one at a time and ends every announcement once", () => {
  let seed = 20260302;
  const random = (below) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  const queue = createSpeechQueue();
  const over = [];
  let at = 0;
  let lastEnd = -1000;
  let isSounding = false;
  let id = 0;

  for (let step = 0; step < 5000; step += 1) {
    at += random(400);
    if (random(4) === 0 && id < 400)
      queue.add({ id: ++id, clips: Array.from({ length: random(4) }, (_, n) => `${id}.${n}`) });
    const what = queue.next(at);
    if (what?.play) {
      assert.equal(isSounding, false);
      isSounding = true;
      if (what.play.endsWith(".0") && over.at(-1)?.state !== "silent") assert.ok(at - lastEnd >= 500);
    } else if (what?.over) {
      over.push(what.over);
    } else if (what === null && isSounding) {
      queue[["ended", "ended", "failed", "abandoned"][random(4)]](at);
      isSounding = false;
      lastEnd = at;
    }
  }

  assert.deepEqual(
    over.map((each) => each.id),
    Array.from({ length: over.length }, (_, n) => n + 1),
  );
  assert.ok(over.length > 300);
});
