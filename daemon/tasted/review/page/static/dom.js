// Small pieces of a page: elements, words, and what is told at the top. Text of others only ever
// becomes text: no HTML is made here.

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const main = one("main");

/** What was done to a card, as a word and as a sign. */
export const WORDS = {like: "liked", reject: "rejected", later: "left for later", exclude: "taken out"};
export const SIGNS = {like: "✓", reject: "✕", later: "·", exclude: "–"};
export const isJudged = (how) => how === "like" || how === "reject";

/** Text with everything escaped that is not seen, line breaks and bidi included. */
export const plain = (text) => String(text ?? "").replace(/[\p{C}\u2028\u2029]/gu, (found) => {
  if (found === "\u200d") return found;
  const code = found.codePointAt(0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, "0")}` : code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
});
export const percent = (share) => `${Math.floor(100 * share + 1e-9)}\u202f%`;
export const capital = (text) => text[0].toUpperCase() + text.slice(1);

export function make(tag, fields = {}, ...children) {
  const made = Object.assign(document.createElement(tag), fields);
  made.append(...children);
  return made;
}

/** Fills every place of a name. */
export function slot(name, text) {
  for (const place of all(`[data-slot="${name}"]`)) place.textContent = plain(text);
}

/** Tells a screen reader. */
export function say(text) {
  one("#said").textContent = plain(text);
}

/** Tells everybody, at the top: one line of each kind, gone when there is no text. */
export function notice(kind, text, label, act) {
  const old = one(`#notices [data-kind=${kind}]`);
  if (old && text && one("p", old).textContent === plain(text) && !label) return;
  old?.remove();
  if (!text) return;
  const look = kind === "trial" ? "notice" : "notice grave";
  const told = make("section", {className: look}, make("p", {textContent: plain(text)}));
  told.dataset.kind = kind;
  if (label) {
    const onclick = () => { notice(kind); act(); };
    told.append(make("button", {type: "button", className: "button small", textContent: label, onclick}));
  }
  one("#notices").append(told);
  say(text);
}
