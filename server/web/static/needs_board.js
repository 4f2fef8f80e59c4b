/**
 * What the page of today's counters says: tiles, rows and lines. Pure, as manage_board.js is: each text is the key of
 * a phrase with its facts; times are minutes after midnight.
 */

const percent = (share) => (share === null || share === undefined ? "–" : `${Math.floor(share * 100 + 1e-9)} %`);

export const clockOf = (minutes) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}.${String(minutes % 60).padStart(2, "0")}`;

/** The sentence over everything [key, facts]. */
export function sentenceOf({ state, now, told }) {
  if (state !== "ready") return [`needs.state.${state}`, {}];
  const { open, needed } = nowOf({ now, told });
  if (open < needed) return ["needs.sentence.short", { open, needed, n: needed - open }];
  return ["needs.sentence", { open, needed }];
}

/** This moment: what the live advice says where there is one, else the plan of this quarter hour. */
export function nowOf({ now, told }) {
  const advice = now?.advice;
  const quarter = told?.quarters.find(({ at }) => at === told.current * 15);
  if (advice) {
    return { open: now.open, needed: advice.open_then, keptOpen: advice.kept_now, kept: advice.kept_then, live: true };
  }
  return {
    open: now?.open ?? 0,
    needed: quarter?.needed ?? 0,
    keptOpen: quarter?.kept_open ?? null,
    kept: quarter?.kept ?? null,
    live: false,
  };
}

/** The quarter hours, this one as the live advice has it. */
export function quartersOf({ now, told }) {
  const here = nowOf({ now, told });
  return told.quarters.map((quarter) => {
    if (quarter.at !== told.current * 15) return quarter;
    const open = { open: here.open, kept_open: here.keptOpen };
    return here.live
      ? { ...quarter, ...open, needed: here.needed, kept: here.kept, why: "live" }
      : { ...quarter, ...open };
  });
}

/** Whether fewer are open or planned than needed, or none for some service, in what is now or to come. */
const isShort = (quarter, told) =>
  quarter.at >= told.current * 15 && (quarter.open < quarter.needed || quarter.lacks.length > 0);

/** Tiles {key, value, unit, is, facts, level}. */
export function tilesOf(page) {
  const { told, now } = page;
  const here = nowOf(page);
  const short = quartersOf(page).filter((quarter) => isShort(quarter, told));
  const level = here.open < here.needed ? "warning" : "calm";
  const is = here.live ? "needs.now.live" : "needs.now.plan";
  return [
    { key: "now_open", value: here.open, unit: "", is: "needs.now_open.is", facts: { n: now.counters }, level: "calm" },
    { key: "now_needed", value: here.needed, unit: "", is, facts: {}, level },
    {
      key: "now_kept",
      value: here.keptOpen === null ? null : Math.floor(here.keptOpen * 100 + 1e-9),
      unit: "%",
      is: "needs.now_kept.is",
      facts: { p: percent(here.kept), n: here.needed, share: Math.round(told.share * 100) },
      level: here.keptOpen !== null && here.keptOpen < told.share ? "warning" : "calm",
    },
    {
      key: "short",
      value: short.length * 15,
      unit: "min",
      is: short.length ? "needs.short.is" : "needs.short.none",
      facts: { t: short.length ? clockOf(short[0].at) : "" },
      level: short.length ? "warning" : "calm",
    },
  ];
}

/** A row a quarter hour: {time, needed, open, cells, why: [key, facts], isNow, isPast, missing, lacks}. */
export function rowsOf(page) {
  const { told } = page;
  return quartersOf(page).map((quarter) => {
    const isPast = quarter.at < told.current * 15;
    return {
      time: `${clockOf(quarter.at)}–${clockOf(quarter.at + 15)}`,
      needed: String(quarter.needed),
      open: String(quarter.open),
      cells: [
        percent(quarter.kept),
        isPast ? "–" : percent(quarter.kept_open),
        quarter.expected.toFixed(1),
        quarter.busy.toFixed(1),
      ],
      why: [`needs.why.${quarter.why}`, { busy: quarter.busy.toFixed(1), n: quarter.needed }],
      isNow: quarter.at === told.current * 15,
      isPast,
      missing: isPast ? 0 : Math.max(0, quarter.needed - quarter.open),
      lacks: quarter.lacks,
    };
  });
}

/** What uPlot draws, in steps: hours after midnight; needed, open until now, planned from now on. */
export function linesOf(page) {
  const { current } = page.told;
  const quarters = quartersOf(page);
  if (quarters.length === 0) return [[], [], [], []];
  const last = quarters.at(-1);
  const steps = [...quarters, { ...last, at: last.at + 15 }];
  const here = current * 15;
  return [
    steps.map(({ at }) => at / 60),
    steps.map(({ needed }) => needed),
    steps.map(({ at, open }) => (at <= here ? open : null)),
    steps.map(({ at, open }) => (at >= here ? open : null)),
  ];
}
