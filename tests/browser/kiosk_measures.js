/** What a tape measure and a sharp eye find on the kiosk's glass: run in the page, answers plain data. */
() => {
  const mm = Number(document.body.dataset.pxPerMm);
  const glass = { width: innerWidth, height: innerHeight };
  const root = document.querySelector("dialog[open]") ?? document.body;
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({ visibilityProperty: true }) && box.width > 2 && box.height > 2;
  };
  const all = (selector) => [...root.querySelectorAll(selector)].filter(seen);
  const nameOf = (element) => element.textContent.replace(/\s+/g, " ").trim() || element.getAttribute("aria-label");
  const rounded = (value) => Math.round(value * 100) / 100;

  const targets = all("button").map((button) => {
    const box = button.getBoundingClientRect();
    return {
      name: nameOf(button),
      isAnswer: button.matches(".answer"),
      setting: button.dataset.setting ?? null,
      wide: rounded(box.width / mm),
      high: rounded(box.height / mm),
      left: box.left / mm,
      right: box.right / mm,
      top: box.top / mm,
      bottom: box.bottom / mm,
    };
  });

  const gaps = [];
  for (const [index, one] of targets.entries()) {
    for (const other of targets.slice(index + 1)) {
      const aside = Math.max(other.left - one.right, one.left - other.right);
      const apart = Math.max(other.top - one.bottom, one.top - other.bottom);
      gaps.push({ between: [one.name, other.name], mm: rounded(Math.max(aside, apart)) });
    }
  }

  /** Elements that hold words themselves. */
  const texts = all("*").filter(
    (element) =>
      element.tagName !== "SCRIPT" &&
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== ""),
  );
  const CAPITAL = 0.668; // of the type's size, in Atkinson Hyperlegible
  const type = texts.map((element) => {
    const style = getComputedStyle(element);
    const size = Number.parseFloat(style.fontSize);
    return {
      words: element.textContent.trim().slice(0, 40),
      capital: rounded((size * CAPITAL) / mm),
      leading: rounded(Number.parseFloat(style.lineHeight) / size),
      lang: element.closest("[lang]").lang,
      isNeeded: Boolean(element.closest(".question, .answer__name, .lead, .poster__number, .plate--main, .paper")),
    };
  });

  /** Words that do not stand whole on the glass, or run out of their button. */
  const cut = [];
  for (const element of texts) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const isDigits = element.matches(".poster__number"); // its line is as high as its digits, a font's box is higher
    const ink = (isDigits ? element : range).getBoundingClientRect();
    const isOff = ink.left < -1 || ink.right > glass.width + 1 || ink.top < -1 || ink.bottom > glass.height + 1;
    const limit = element.closest("button, .content, .ask")?.getBoundingClientRect();
    const plate = element.closest(".plate"); // its words keep off its frame, by half of the room that is meant for it
    const air = plate ? parseFloat(getComputedStyle(plate).paddingRight) / 2 : -1;
    const slack = 0.12 * (ink.height || 1); // the box of a letter is taller than its ink
    const isOut =
      limit &&
      (ink.left < limit.left + air ||
        ink.right > limit.right - air ||
        ink.top < limit.top - slack ||
        ink.bottom > limit.bottom + slack);
    if (isOff || isOut) cut.push(nameOf(element));
  }
  for (const box of all("button, .content, ol")) {
    if (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1) cut.push(`in ${nameOf(box)}`);
  }

  /* contrast, by the formula of WCAG */
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const colour = (text) => text.match(/[\d.]+/g).map(Number);
  const light = ([red, green, blue]) =>
    0.2126 * channel(red / 255) + 0.7152 * channel(green / 255) + 0.0722 * channel(blue / 255);
  const ground = (element) => {
    for (let here = element; here; here = here.parentElement) {
      const [red, green, blue, alpha = 1] = colour(getComputedStyle(here).backgroundColor);
      if (alpha > 0) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const contrasts = texts.map((element) => {
    const [high, low] = [light(colour(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
    return { words: nameOf(element), ratio: rounded((high + 0.05) / (low + 0.05)) };
  });

  const number = document.querySelector("[data-number]");
  const code = document.querySelector("[data-qr]");
  return {
    targets,
    gaps,
    type,
    cut,
    contrasts,
    number: seen(number) ? rounded((Number.parseFloat(getComputedStyle(number).fontSize) * CAPITAL) / mm) : null,
    code: seen(code) ? rounded(code.getBoundingClientRect().width / mm) : null,
    scrolls: document.scrollingElement.scrollHeight > glass.height || document.scrollingElement.scrollTop > 0,
    glass: { width: glass.width / mm, height: glass.height / mm },
  };
};
