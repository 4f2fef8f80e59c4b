/** What stands on each page of the kiosk: one function a page, from a state of flow.js to the DOM. */

import { fitAnswers, fitText, posterSize } from "./fit.js";
import { pageOf, pagesOf } from "./layout.js";
import { all, one, rangeOf } from "./pen.js";
import { groupsOf, mostTransactions, overPromise, queueOf } from "./stages.js";

const PAPER_ICON = {
  awaited: "printer",
  printed: "printer-check",
  failed: "triangle-alert",
  silent: "triangle-alert",
  none: "info",
};
const CLOSED_FOR = { holiday: "kiosk.closed.holiday", friday: "kiosk.closed.friday" };

export function createPages({ pen, zone }) {
  const stage = one("[data-stage]");
  const content = one("[data-content]");
  const rowTemplate = one('template[data-template="service"]');
  const more = one('[data-control="more"]');

  /** One page of answers, and the way to the next where they do not all fit. */
  function drawAnswers(state, { list, count, draw }) {
    more.hidden = true;
    let aPage = fitAnswers({ stage, list, count, draw });
    if (aPage < count) {
      more.hidden = false; // the foot may be higher with it
      aPage = fitAnswers({ stage, list, count, draw });
    }
    const pages = pagesOf(count, aPage);
    const here = Math.min(state.page, pages - 1);
    more.dataset.page = String((here + 1) % pages);
    pen.write(one("[data-pages]", more), `${here + 1}/${pages}`);
  }

  function fillRow(item, queue, { language, isSeveral, visit }) {
    const slot = (which) => one(`[data-slot="${which}"]`, item);
    const put = (which, isShown, fill) => {
      slot(which).hidden = !isShown;
      if (isShown) fill(one("[data-words]", slot(which)));
    };
    const button = one("button", item);
    button.dataset.service = queue.service;
    button.toggleAttribute("data-closed", !queue.is_open);
    const place = visit.indexOf(queue.service);
    if (isSeveral && queue.is_open) button.setAttribute("aria-pressed", String(place >= 0));
    else button.removeAttribute("aria-pressed");
    pen.write(one("[data-place]", item), place >= 0 ? String(place + 1) : "");
    pen.icon(slot("sign"), queue.icon || "file-text");
    pen.name(slot("name"), queue.name, language);
    pen.write(one("[data-short]", slot("waiting")), String(queue.waiting));
    put("waiting", queue.is_open, (words) => pen.count(words, "kiosk.waiting", language, queue.waiting));
    put("wait", queue.is_open, (words) => pen.range(words, queue.wait, queue.wait_reason, language));
    put("closed", !queue.is_open, (words) => {
      if (!queue.opens_at) return pen.say(words, "kiosk.closed_now", language);
      return pen.say(words, "kiosk.closed_until", language, { t: pen.opening(queue.opens_at, language) });
    });
    put("in_person", queue.is_open && queue.in_person, (words) => pen.say(words, "kiosk.in_person", language));
    put("notice", Boolean(queue.notice), (words) => pen.name(words, queue.notice, language));
  }

  function services(state) {
    const list = one("[data-answers]");
    const { queues, rule } = state.queues;
    const draw = (aPage) => {
      const shown = pageOf(queues, state.page, aPage);
      while (list.children.length > shown.length) list.lastElementChild.remove();
      while (list.children.length < shown.length) list.append(rowTemplate.content.cloneNode(true));
      for (const [index, queue] of shown.entries()) fillRow(list.children[index], queue, state);
    };
    pen.name(one('[data-step="services"] [data-rule]'), rule, state.language);
    const news = state.queues.notices?.[0];
    one("[data-news-line]").hidden = !news;
    if (news) pen.name(one("[data-news]"), news.text, state.language);
    pen.say(one("[data-visit-words]"), "kiosk.several.go", state.language, { n: state.visit.length });
    drawAnswers(state, { list, count: queues.length, draw });
  }

  function groups(state) {
    const list = one("[data-groups]");
    const offered = new Set([...groupsOf(state), "priority"]);
    const items = [...list.children];
    const lanes = items.filter((item) => offered.has(one("button", item).dataset.lane));
    const draw = (aPage) => {
      const shown = new Set(pageOf(lanes, state.page, aPage));
      for (const item of items) item.hidden = !shown.has(item);
    };
    drawAnswers(state, { list, count: lanes.length, draw });
  }

  function online(state) {
    const { language } = state;
    const queue = queueOf(state);
    const image = one("[data-online-code]");
    const url = `/kiosk/${encodeURIComponent(state.kiosk.code)}/online/${encodeURIComponent(state.service)}.svg`;
    if (image.getAttribute("src") !== url) image.setAttribute("src", url);
    image.alt = pen.inWords("kiosk.online.how", language);
    const address = (queue?.online ?? "").replace("https://", "").replaceAll("/", "/\u200b"); // it may break there
    pen.write(one("[data-online-address]"), address, "en");
    const items = pen.text(queue?.bring, language);
    one("[data-online-bring]").closest(".aside__line").hidden = !items;
    pen.say(one("[data-online-bring]"), "kiosk.bring", language, { items });
    fitText(stage);
  }

  function batch(state) {
    const most = mostTransactions(state);
    pen.say(one("[data-batch-most]"), "kiosk.batch.most", state.language, { n: most });
    pen.write(one("[data-batch-count]"), String(state.transactions));
    one('[data-act="transactions_changed"][data-by="-1"]').toggleAttribute("data-closed", state.transactions <= 1);
    one('[data-act="transactions_changed"][data-by="1"]').toggleAttribute("data-closed", state.transactions >= most);
    fitText(stage);
  }

  function over(state) {
    const { language } = state;
    const queue = overPromise(state);
    if (queue) {
      const which = one("[data-over-service]");
      which.hidden = state.further.length === 0; // whoever chose one service knows which it is
      pen.name(which, queue.name, language);
      const x = Math.round(queue.promise_s / 60);
      const { a, b, isUnder, under } = rangeOf(queue.wait);
      const words = one("[data-over-wait]");
      if (isUnder) pen.say(words, "kiosk.over.wait.under", language, { b: under, x });
      else pen.say(words, "kiosk.over.wait", language, { a, b, x });
      const reason = one("[data-over-reason]");
      if (queue.because) pen.name(reason, queue.because, language);
      else pen.say(reason, "kiosk.over.reason", language, { n: queue.waiting, m: queue.counters_open });
    }
    fitText(stage);
  }

  function refused(state) {
    const { language } = state;
    const { code, more: facts = {} } = state.refusal;
    const words = one("[data-refusal]");
    if (code === "not_open" && facts.opens_at) {
      pen.say(words, "kiosk.refused.not_open", language, { t: pen.opening(facts.opens_at, language) });
    } else if (code === "block_empty") {
      pen.say(words, "kiosk.refused.block_empty", language);
    } else if (pen.has(`refusal.${code}`)) {
      pen.write(words, pen.refusal(state.refusal, language), language);
    } else {
      pen.say(words, "kiosk.refused.unknown", language);
    }
    fitText(stage);
  }

  function code(ticket, language) {
    const figure = one("[data-code]");
    const image = one("[data-qr]");
    figure.hidden = !ticket.qr;
    if (!ticket.qr) return;
    if (image.getAttribute("src") !== ticket.qr) {
      image.onerror = () => {
        figure.hidden = true; // the number stands without it
      };
      image.setAttribute("src", ticket.qr);
    }
    image.alt = pen.inWords("kiosk.qr", language);
  }

  function ticket(state) {
    const { ticket: issued, language } = state;
    const step = one('[data-step="ticket"]');
    const queue = queueOf(state, issued.service);
    const number = one("[data-number]");
    pen.write(number, issued.number);
    number.style.setProperty("--poster", `${posterSize(number, content)}px`);
    pen.name(one("[data-service-name]"), queue?.name, language);

    const paper = one(".paper", step);
    paper.dataset.paper = state.paper;
    paper.lang = language;
    pen.icon(paper, PAPER_ICON[state.paper]);
    pen.say(one("[data-paper-words]"), `kiosk.paper.${state.paper}`, language);

    for (const fact of all(".fact", step)) fact.lang = language;
    const ahead = one("[data-ahead]");
    if (issued.status === "called") pen.say(ahead, "kiosk.turn", language);
    else pen.count(ahead, "kiosk.ahead", language, issued.ahead ?? 0);
    ahead.closest(".fact").hidden = issued.ahead === null && issued.status !== "called"; // nobody knows here
    const wait = one("[data-wait]", step);
    pen.wait(wait, issued.wait, issued.wait_reason, language);
    wait.closest(".fact").hidden = issued.status !== "waiting";
    pen.say(one("[data-sit]"), "kiosk.sit", language, { zone: pen.text(zone.name, language) });
    const names = (issued.further ?? []).map((each) => pen.text(queueOf(state, each)?.name, language) || each);
    one("[data-further]").closest(".fact").hidden = names.length === 0;
    pen.say(one("[data-further]"), "kiosk.further", language, { services: names.join(" → ") });
    const items = pen.text(queue?.bring, language);
    one("[data-bring]").closest(".fact").hidden = !items;
    pen.say(one("[data-bring]"), "kiosk.bring", language, { items });
    pen.name(one("[data-rule]", step), state.queues.rule, language);
    code(issued, language);

    const isNoted = ["failed", "silent", "none"].includes(state.paper);
    pen.say(one("[data-done-words]"), isNoted ? "kiosk.noted" : "kiosk.done", language);
    fitText(stage);
  }

  /** Closed, or out of reach: said in every language at once, for nobody is here to choose one. */
  function inEveryLanguage(screen, state) {
    const { opens_at: opensAt, closed_reason: reason } = state.queues;
    for (const block of all(`[data-step="${screen}"] [data-words]`)) {
      const language = block.lang;
      pen.say(one("[data-title]", block), `kiosk.${screen}.title`, language);
      const next = one("[data-next]", block);
      if (screen === "offline") {
        pen.say(next, "kiosk.offline.next", language);
        continue;
      }
      next.hidden = !opensAt;
      if (opensAt) pen.say(next, "kiosk.closed.next", language, { t: pen.opening(opensAt, language) });
      const why = one("[data-reason]", block);
      why.hidden = !CLOSED_FOR[reason];
      if (CLOSED_FOR[reason]) pen.say(why, CLOSED_FOR[reason], language);
    }
    fitText(stage);
  }

  return {
    services,
    online,
    batch,
    priority: () => fitText(stage),
    groups,
    over,
    refused,
    ticket,
    closed: (state) => inEveryLanguage("closed", state),
    offline: (state) => inEveryLanguage("offline", state),
  };
}

/** Nothing of a customer stays in the page. */
export function forgetTicket() {
  for (const words of all(
    "[data-number], [data-service-name], [data-ahead], [data-wait], [data-bring], [data-further]",
  )) {
    words.textContent = "";
  }
  const image = one("[data-qr]");
  image.removeAttribute("src");
  image.alt = "";
}
