// Gives Node what a page has: the imports "/static/kiosk/board.js" as the server serves them, and `crypto` (Node 18).

import { webcrypto } from "node:crypto";
import { register } from "node:module";
import { pathToFileURL } from "node:url";

const folders = {
  web: "server/web/static/",
  kiosk: "kiosk/static/",
  display: "display/static/",
  counter_terminal: "counter_terminal/static/",
};
const root = pathToFileURL(`${process.cwd()}/`).href;

const hook = `
  const folders = ${JSON.stringify(folders)};
  export function resolve(specifier, context, next) {
    const [, place, rest] = specifier.match(/^(?:file:\\/\\/)?\\/static\\/(\\w+)\\/(.*)$/) ?? [];
    return next(place in folders ? ${JSON.stringify(root)} + folders[place] + rest : specifier, context);
  }
`;

register(`data:text/javascript,${encodeURIComponent(hook)}`);
globalThis.crypto ??= webcrypto;
