/**
 * Promises in danger on the manager's page: each with what would help, its cause and its log; and the one tap that
 * tells everybody of a disruption. What is said stands in recovery_board.js.
 */

import { Refusal, Unreachable } from "./api.js";
import { formatTime } from "./clock.js";
import { cardOf, choicesOf, logOf } from "./recovery_board.js";

export function createRecovery({ phrases, zone, api, mark, choosePlay }) {
  const place = document.querySelector("[data-recovery]");
  const find = (name) => place.querySelector(`[data-${name}]`);
  const mayAct = "mayAct" in place.dataset;
  let language = "ms";
  let drawn = "";
  let isBusy = false;

  const say = (key, values) => phrases.say(key, language, values);
  const put = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  function make(tag, text = "", className = "") {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  function option(value, text) {
    const made = make("option", text);
    made.value = value;
    return made;
  }

  /** One request at a time; a refusal is said where the hand is. */
  async function doing(work) {
    if (isBusy) return;
    isBusy = true;
    find("recovery-wrong").hidden = true;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      put(
        find("recovery-wrong"),
        error instanceof Refusal ? phrases.refusal(error, language) : say("refusal.unreachable"),
      );
      find("recovery-wrong").hidden = false;
    } finally {
      isBusy = false;
    }
  }

  function button(key, work, className = "button button--quiet") {
    const made = make("button", say(key), className);
    made.type = "button";
    made.addEventListener("click", () => doing(work));
    return made;
  }

  function labelled(key, field) {
    const made = make("label", "", "field recovery__field");
    made.append(make("span", say(key), "small soft"), field);
    return made;
  }

  function controls(one) {
    const bar = make("div", "", "recovery__do");
    const what = make("select");
    what.append(...choicesOf(one).map(({ value, key, facts }) => option(value, say(key, facts))));
    bar.append(
      labelled("manage.recovery.do", what),
      button("manage.recovery.act", () => api.post(`/recovery/${one.id}/act`, JSON.parse(what.value)), "button"),
    );
    const cause = make("select");
    cause.append(
      option("", say("manage.recovery.cause.choose")),
      ...causes.map((code) => option(code, say(`manage.recovery.cause.${code}`))),
    );
    cause.value = one.cause ?? "";
    cause.addEventListener("change", () => {
      if (cause.value) doing(() => api.post(`/recovery/${one.id}/cause`, { cause: cause.value }));
    });
    bar.append(labelled("manage.recovery.cause", cause));
    if (!one.owner) {
      bar.append(button("manage.recovery.take", () => api.post(`/recovery/${one.id}/act`, { action: "take" })));
    }
    for (const code of one.plays) {
      const name = plays.find((play) => play.code === code)?.name ?? {};
      const run = make("button", say("manage.plays.run", { x: phrases.text(name, language) }), "button button--quiet");
      run.type = "button";
      run.addEventListener("click", () => choosePlay(code, one.id));
      bar.append(run);
    }
    return bar;
  }

  let causes = [];
  let plays = [];

  function card(one, now) {
    const said = cardOf(one, now);
    const item = make("li", "", "recovery__case");
    item.dataset.level = said.level;
    const head = make("div", "", "recovery__head");
    const icon = { bad: "triangle-alert", warning: "hourglass", good: "circle-check" }[said.level];
    const name = make("strong", phrases.text(one.name, language));
    name.lang = phrases.textIn(one.name, language);
    head.append(mark(said.level, icon, say(said.key)), name);
    const facts = make("p", "", "recovery__facts");
    const texts = said.lines.map(([key, values]) => say(key, values));
    if (said.numbers) texts.push(say("manage.recovery.numbers", { numbers: said.numbers }));
    if (said.acted) texts.push(say(...said.acted));
    if (one.owner) texts.push(say("manage.recovery.owner", { name: one.owner.name }));
    facts.append(...texts.map((text) => make("span", text)));
    const log = make("ol", "", "recovery__log small soft");
    log.append(
      ...logOf(one).map(({ at, key, facts: values, name: who, isDeed }) => {
        const t = formatTime(at, language, zone);
        const words = isDeed ? `${t}: ${say(key, values)}` : say(key, { t });
        return make("li", who ? `${words} (${who})` : words);
      }),
    );
    item.append(head, facts, log);
    if (mayAct && said.isOpen) item.append(controls(one));
    return item;
  }

  const alarmOf = (one) => `${say(`manage.recovery.${one.level}`)}: ${phrases.text(one.name, language)}`;

  function paintCases(cases, now) {
    const focused = place.contains(document.activeElement) && document.activeElement.tagName === "SELECT";
    const shape = JSON.stringify([language, cases, Math.floor(now / 60000)]);
    const alarms = cases.filter((one) => one.calmed_at === null).map((one) => alarmOf(one));
    put(find("recovery-alarm"), alarms.join(". ")); // read out when there is another one, not with every minute
    find("recovery-none").hidden = cases.some((one) => one.calmed_at === null);
    if (shape === drawn || focused) return; // what somebody is choosing from is not taken away
    drawn = shape;
    find("recovery-cases").replaceChildren(...cases.map((one) => card(one, now)));
  }

  function paintDisruption({ disruption, disruptions }) {
    const stands = find("disruption-stands");
    stands.hidden = disruption === null;
    if (disruption) {
      const t = formatTime(disruption.until, language, zone);
      const what = say(`manage.${disruption.template}`);
      put(find("disruption-words"), say("manage.disruption.by", { what, t, name: disruption.officer?.name ?? "–" }));
      stands.dataset.notice = disruption.id;
    }
    const tabs = find("disruptions");
    if (!tabs || tabs.dataset.spoken === language) return;
    tabs.dataset.spoken = language;
    tabs.replaceChildren(
      ...disruptions.map((template) =>
        button(
          `manage.${template}`,
          () => api.post("/disruptions", { template, minutes: Number(find("disruption-minutes").value) }),
          "button",
        ),
      ),
    );
    for (const choice of find("disruption-minutes").options)
      put(choice, say("manage.disruption.in", { n: choice.value }));
  }

  find("disruption-over")?.addEventListener("click", () =>
    doing(() => api.post(`/notices/${find("disruption-stands").dataset.notice}/withdraw`, {})),
  );

  return {
    paint(board, chosen, now) {
      language = chosen;
      if (!board.recovery) return;
      causes = board.recovery.causes;
      plays = board.recovery.plays;
      paintCases(board.recovery.cases, now);
      paintDisruption(board.recovery);
    },
  };
}
