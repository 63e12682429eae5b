// The keys: what each does, the letters that can be changed, and the dialog that lists them.
import {all, main, one} from "./dom.js";
import {kept} from "./sending.js";
import {redo, undo} from "./undoing.js";

const FIXED = {
  ArrowRight: "like", ArrowLeft: "reject", ArrowDown: "later", " ": "later", ArrowUp: "why",
  Backspace: "undo", "shift+z": "redo", "?": "keys", Escape: "back",
};
const go = (path) => () => location.assign(path);
const actions = {
  undo, redo, review: go("/review"), gallery: go("/results"), versions: go("/versions"),
  history: go("/history"),
  keys: () => { if (!one("#keys").open) one("#keys").showModal(); },
  back: () => { if (main.dataset.back) location.assign(main.dataset.back); },
};
const byKey = {};

/** Adds what a page does: by action, and by key where that is another than usual. */
export function bind(more, keys = {}) {
  Object.assign(actions, more);
  Object.assign(byKey, keys);
}

// ---- letters ----
const inputs = all("#keys [data-action]");
const usual = Object.fromEntries(inputs.map((input) => [input.dataset.action, input.value]));
let letters = {};
let hasLetters = true;

function read() {
  const stored = kept(localStorage, "keys", {});
  letters = {...usual, ...stored.letters};
  hasLetters = stored.hasLetters ?? true;
  for (const input of inputs) input.value = letters[input.dataset.action];
  one("#letters").checked = hasLetters;
  for (const shown of all("[data-do] > kbd")) {
    const letter = letters[shown.parentElement.dataset.do];
    if (letter && /^\p{L}$/u.test(shown.textContent)) shown.textContent = letter;
    shown.hidden = !hasLetters && /^[\p{L}?]$/u.test(shown.textContent);
  }
}
function write() {
  localStorage.setItem("keys", JSON.stringify({letters, hasLetters}));
  read();
}
for (const input of inputs) {
  input.onchange = () => {
    const letter = input.value.toLowerCase();
    const {action} = input.dataset;
    const isTaken = Object.keys(letters).some((other) => other !== action && letters[other] === letter);
    const isLetter = /^\p{L}$/u.test(letter);
    if (isLetter && !isTaken) letters[action] = letter;
    one("#keys-said").textContent = isTaken ? `${letter} is taken.` : isLetter ? "" : "One letter, please.";
    write();
  };
}
one("#letters").onchange = (event) => { hasLetters = event.target.checked; write(); };
one("#keys [data-reset]").onclick = () => { letters = {...usual}; write(); };
read();

// ---- pressing ----
function actionOf(event) {
  const {key, shiftKey, ctrlKey, metaKey, altKey} = event;
  if (altKey) return null;
  if (ctrlKey || metaKey) return key.toLowerCase() === "z" ? shiftKey ? redo : undo : null;
  const isCharacter = key.length === 1 && key !== " ";
  if (isCharacter && !hasLetters) return null;
  const isLetter = /^\p{L}$/u.test(key);
  const name = isLetter ? (shiftKey ? "shift+" : "") + key.toLowerCase() : key;
  const action = FIXED[name] ?? Object.keys(letters).find((known) => letters[known] === name);
  return byKey[name] ?? actions[action];
}

addEventListener("keydown", (event) => {
  const {key} = event;
  // for a moment the focus stays in a dialog that was just closed
  const target = event.target.closest("dialog:not([open])") ? document.body : event.target;
  // a key that is held down would judge what was never seen
  if (event.repeat || event.defaultPrevented || event.isComposing) return;
  if (target.closest("input, select, textarea, #keys")) return;
  if ((key === " " || key === "Enter") && target.closest("button, a, summary")) return;
  // a dialog closes by itself
  if (key === "Escape" && one("dialog[open]")) return;
  const act = actionOf(event);
  if (!act) return;
  event.preventDefault();
  act(event);
});

addEventListener("click", (event) => {
  const button = event.target.closest("[data-do], [data-close]");
  if (!button || event.defaultPrevented) return;
  const act = actions[button.dataset.do];
  if (button.matches("[data-close]")) button.closest("dialog").close();
  else if (!act) return;
  else {
    act(event);
    // the space bar after a click is the key again, and does not press that button
    if (event.detail) one("#card")?.focus({preventScroll: true});
  }
  event.preventDefault();
});

// what only works with this script
for (const button of all("button[data-do][hidden], #strip-hint")) button.hidden = false;
