/**
 * The REST API from a page: one request, one key, and the same key again when the network failed.
 *
 *   const api = createApi();                                     // token: from <meta name="csrf-token">
 *   const ticket = await api.post("/tickets", { service: "A" }); // paths are below /api/v1
 *   const queues = await api.get("/queues");
 *
 * A POST carries `Idempotency-Key` (a new one a call, or `{ key }`) and `X-CSRFToken`; when the line is cut,
 * too slow or answers 502–504 it is sent again with the SAME key, so that ten tries are one action.
 * 204 → null. A refusal (application/problem+json) throws `Refusal` {code, status, title, detail, more};
 * no answer at all throws `Unreachable`. Anything the caller did not ask for is never retried.
 *
 *   try { … } catch (error) {
 *     if (error instanceof Refusal) show(phrases.refusal(error, language));
 *     else if (error instanceof Unreachable) show(phrases.say("refusal.unreachable", language));
 *     else throw error;
 *   }
 */

const ROOT = "/api/v1";
const PAUSES = [300, 900, 2000]; // ms before the second, third and fourth try
const PATIENCE = 5000; // ms for one try
const PASSING = new Set([502, 503, 504]);

/** The branch said no, and why. `more` holds the problem's other members (such as `until`). */
export class Refusal extends Error {
  constructor(problem, status) {
    const { type, title, status: said, code, detail, ...more } = problem;
    super(detail || title || code || `refused with ${status}`);
    this.name = "Refusal";
    this.type = type ?? "about:blank";
    this.title = title ?? "";
    this.status = said ?? status;
    this.code = code ?? "unknown";
    this.detail = detail ?? "";
    this.more = more;
  }
}

/** Nobody answered; whether the action happened is not known, and the same key may be sent again. */
export class Unreachable extends Error {
  constructor(key, cause) {
    super("the server cannot be reached", { cause });
    this.name = "Unreachable";
    this.key = key;
  }
}

/** A random key; pages on plain http have no crypto.randomUUID, but they have random numbers. */
export function newKey() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function csrfOfPage() {
  return globalThis.document?.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/**
 * `fetch`, `pause` and `csrf` are handed in by tests. `token` makes it a device's: Authorization: Bearer.
 */
export function createApi({
  root = ROOT,
  token = null,
  csrf = csrfOfPage,
  fetch: send = (...args) => globalThis.fetch(...args),
  pause = wait,
  pauses = PAUSES,
  patience = PATIENCE,
} = {}) {
  async function answerOf(response) {
    if (response.status === 204) return null;
    const type = response.headers.get("Content-Type") ?? "";
    const isJson = type.includes("json");
    if (response.ok) return isJson ? response.json() : response.text();
    throw new Refusal(isJson ? await response.json() : { title: response.statusText }, response.status);
  }

  async function ask(method, path, { body, key, headers = {}, tries }) {
    let cause = null;
    for (let attempt = 0; attempt < tries; attempt += 1) {
      if (attempt > 0) await pause(pauses[Math.min(attempt, pauses.length) - 1]);
      let response;
      try {
        response = await send(root + path, {
          method,
          headers,
          body,
          credentials: "same-origin",
          cache: "no-store",
          signal: AbortSignal.timeout(patience),
        });
      } catch (error) {
        cause = error; // cut, refused or too slow: the answer may be on its way, the key makes asking again safe
        continue;
      }
      const isLast = attempt === tries - 1;
      const isOurs = (response.headers.get("Content-Type") ?? "").includes("problem+json");
      if (PASSING.has(response.status) && !isOurs && !isLast) continue; // a proxy speaks, not the branch
      return answerOf(response);
    }
    throw new Unreachable(key, cause);
  }

  const identity = token ? { Authorization: `Bearer ${token}` } : {};

  return {
    get: (path, { tries = 2 } = {}) =>
      ask("GET", path, { headers: { Accept: "application/json", ...identity }, tries, key: null }),

    post(path, body = {}, { key = newKey(), tries = pauses.length + 1 } = {}) {
      const headers = {
        Accept: "application/json",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        ...identity,
      };
      if (!token) headers["X-CSRFToken"] = csrf();
      return ask("POST", path, { headers, body: JSON.stringify(body), key, tries });
    },
  };
}
