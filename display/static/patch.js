/**
 * Patches a picture in place: an element is touched only where what it shows has changed.
 * Nothing here knows what a call is; what it says and to whom is the page's.
 */
const ICONS = "/static/web/icons.svg";
const FITS = 6; // steps of smaller type before a text is left as it is

export const make = (tag, name, text) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
};

export const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
};

/** Another sign in an icon that stands; said again it would be fetched again. */
export const sign = (use, name) => {
  const href = `${ICONS}#${name}`;
  if (use && use.getAttribute("href") !== href) use.setAttribute("href", href);
};

export const put = (element, text) => {
  if (element && element.textContent !== text) element.textContent = text;
};

export const show = (element, isShown) => {
  if (element && element.hidden === isShown) element.hidden = !isShown;
};

export const set = (element, name, value) => {
  if (element.dataset[name] !== value) element.dataset[name] = value;
};

/** Malay, and below it the language whose turn it is. `say` is a sentence in a language, or "". */
export const two = (element, say, tongue, langOf = (language) => language) => {
  if (!element) return;
  const first = say("ms");
  const second = tongue && langOf(tongue) === tongue ? say(tongue) : "";
  let [malay, other] = element.children;
  if (!malay) {
    malay = make("span", "malay");
    malay.lang = "ms";
    element.replaceChildren(malay);
  }
  const before = other ? other.textContent : "";
  const wanted = second === first ? "" : second;
  if (malay.textContent === first && before === wanted) return;
  put(malay, first);
  other?.remove();
  if (wanted) {
    other = make("span", "tongue", wanted);
    other.lang = tongue;
    element.append(other);
  }
  fit(element);
};

/** Steps the type down until the text stands whole in its box. */
export const fit = (element) => {
  if (element.dataset.fit === undefined) return;
  for (let step = 0; step <= FITS; step += 1) {
    element.dataset.fit = String(step);
    if (element.scrollHeight <= element.clientHeight + 1 && element.scrollWidth <= element.clientWidth + 1) return;
  }
};

/** Makes `list` hold one element a key, in this order; a key that stays keeps its element. */
export const keep = (list, entries, keyOf, build, patch = () => {}) => {
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let place = null;
  for (const entry of entries) {
    const key = String(keyOf(entry));
    let child = old.get(key);
    if (child) {
      old.delete(key);
    } else {
      child = build(entry);
      child.dataset.key = key;
    }
    const after = place ? place.nextElementSibling : list.firstElementChild;
    if (after !== child) list.insertBefore(child, after);
    patch(child, entry);
    place = child;
  }
  for (const child of old.values()) child.remove();
};
