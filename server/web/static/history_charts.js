/** The history's charts: lines and bars of uPlot, each beside a table that says the same. */

import UPlot from "./vendor/uplot-1.6.32.esm.min.js";

const HEIGHT = 220; // px

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function createCharts() {
  const drawn = new Map();

  function draw(name, { series, values, axes, time = false, most = null, half = 0 }) {
    drawn.get(name)?.chart.destroy();
    const place = document.querySelector(`[data-chart="${name}"]`);
    place.replaceChildren();
    const font = `14px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: colour("--text"), grid: { stroke: colour("--line"), width: 1 }, font };
    const chart = new UPlot(
      {
        width: place.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        series: [{}, ...series],
        axes: axes.map((one) => ({ ...axis, ...one })),
        scales: {
          x: { time, range: (_, from, to) => [from - half, to + half] },
          y: { range: (_, __, top) => [0, most ?? Math.max(1, top * 1.1)] },
        },
        tzDate: (at) => UPlot.tzDate(new Date(at * 1000), "UTC"),
      },
      values,
      place,
    );
    drawn.set(name, { chart, place });
    return place;
  }

  function lines(name, values, dates) {
    const place = draw(name, {
      series: [
        { label: "P50", stroke: colour("--action"), width: 2, points: { show: true, size: 6 } },
        { label: "P90", stroke: colour("--bad"), width: 2, dash: [8, 4], points: { show: true, size: 6 } },
      ],
      values,
      axes: [{ values: dates }, { label: "min" }],
      time: true,
    });
    place.append(legend());
  }

  function mean(name, values, dates) {
    draw(name, {
      series: [{ label: "5–1", stroke: colour("--action"), width: 2, points: { show: true, size: 6 } }],
      values,
      axes: [{ values: dates }, {}],
      time: true,
      most: 5,
    });
  }

  function bars(name, found) {
    draw(name, {
      series: [
        { label: "n", fill: colour("--action"), paths: UPlot.paths.bars({ size: [0.9, 60] }), points: { show: false } },
      ],
      values: [found.map(([from]) => from + 2.5), found.map(([, , n]) => n)],
      axes: [{ values: (_, splits) => splits.map(String) }, { size: 70 }],
      half: 2.5,
    });
  }

  function fit() {
    for (const { chart, place } of drawn.values()) chart.setSize({ width: place.clientWidth, height: HEIGHT });
  }

  return { lines, mean, bars, fit };
}

/** Named beside the lines, dashed as they are: never by their colour alone. */
function legend() {
  const made = document.createElement("p");
  made.className = "history__legend";
  for (const [name, mark] of [
    ["P50", "━━"],
    ["P90", "╍╍"],
  ]) {
    const one = document.createElement("span");
    one.dataset.line = name;
    one.textContent = `${mark} ${name}`;
    made.append(one);
  }
  return made;
}
