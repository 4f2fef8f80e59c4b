/** Paints what foresight_board.js says: the alarm, the advice on the counters, and how well the estimates hold. */

import { formatTime } from "./clock.js";
import { adviceOf, alarmOf, GOAL, LEAST, qualityGroups, sentenceOf } from "./foresight_board.js";

const ASKED_FOR = 90000; // ms: advice is given anew after a minute, and takes seconds

export function createForesight({ phrases, zone, api }) {
  const find = (name) => document.querySelector(`[data-${name}]`);
  let askedAt = null;
  let before = null;

  const put = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  function make(tag, text, className = "") {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  function paintAlarm(foresight, say) {
    const alarm = alarmOf(foresight);
    const note = find("estimate-alarm");
    note.hidden = alarm === null;
    if (alarm === null) return;
    note.className = `note note--${alarm.level}`;
    put(find("estimate-alarm-words"), say(alarm.key, alarm.facts));
  }

  function paintAdvice(board, language, say) {
    const name = (list, code) => list.find((one) => (one.service ?? one.code) === code)?.name ?? code;
    const said = adviceOf(board, {
      service: (code) => phrases.text(name(board.queues, code), language),
      counter: (code) => name(board.counters, code),
    });
    find("advice").hidden = said === null;
    if (said === null) return;
    const { advice } = board.foresight;
    if (advice?.at !== before) askedAt = null; // the answer has come
    before = advice?.at;
    find("advice").dataset.level = said.level;
    put(find("advice-does"), say(...said.does));
    put(find("advice-effect"), said.effect ? say(...said.effect) : "");
    const t = advice ? formatTime(advice.at, language, zone) : "";
    const is = advice ? say("manage.advice.is", { t, share: Math.round(advice.share * 100) }) : "";
    put(find("advice-is"), said.isOld ? `${is} ${say("manage.advice.old")}` : is);
    const isAsked = askedAt !== null && performance.now() - askedAt < ASKED_FOR;
    put(find("advice-asked"), isAsked ? say("manage.advice.asked") : "");
  }

  function paintQuality(foresight, queues, language, say) {
    put(find("quality-sentence"), say(...sentenceOf(foresight)));
    const groups = qualityGroups(foresight);
    find("quality-table").hidden = groups.length === 0;
    for (const body of find("quality").querySelectorAll("tbody")) body.remove();
    find("quality").append(
      ...groups.map(({ head, rows }) => {
        const body = document.createElement("tbody");
        if (head) {
          const row = document.createElement("tr");
          const name = make("th", say(head), "table__group");
          name.scope = "rowgroup";
          name.colSpan = 7;
          row.append(name);
          body.append(row);
        }
        body.append(
          ...rows.map(({ of, key, figures }) => {
            const row = document.createElement("tr");
            const queue = head === "manage.quality.by_service" && queues.find((one) => one.service === of);
            const name = make("th", key ? say(key) : queue ? phrases.text(queue.name, language) : of);
            if (head === "manage.quality.by_hour") name.textContent = `${Number(of)}.00`;
            name.scope = "row";
            row.append(name, ...figures.map((figure) => make("td", figure, "table__figure")));
            return row;
          }),
        );
        return body;
      }),
    );
    put(find("quality-is"), say("manage.quality.is", { least: LEAST, goal: GOAL }));
  }

  return {
    paint(board, language) {
      const say = (key, values) => phrases.say(key, language, values);
      paintAlarm(board.foresight, say);
      paintAdvice(board, language, say);
      paintQuality(board.foresight, board.queues, language, say);
    },

    /** Ask for advice of this moment; it comes with a board. */
    async ask() {
      askedAt = performance.now();
      await api.post("/overview/advice");
    },
  };
}
