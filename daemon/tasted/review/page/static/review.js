// One card after the other. The next ones are decoded ahead, the answer travels behind, and every
// answer belongs to the card that was visible. Without this script every card is a form.
import {all, capital, isJudged, main, make, notice, one, percent, plain, say, SIGNS, slot, WORDS} from "./dom.js";
import {bind} from "./keys.js";
import {hear} from "./news.js";
import {ask, isFull, kept, notSaved, onTheirWay, pump, send, session, uuid7, windowId} from "./sending.js";
import {tellTrial} from "./trial.js";
import {done, forgetUndone, undo, undoWith} from "./undoing.js";

const AHEAD = 8;
const BATCH = 12;
const STRIP_MAX = 10;
const UNSEEN_MS = 120;
const RETRY_MS = 2_000;
const SWIPE_PX = 70;
const SKIPPED_MUCH = 0.3;
/** How many answers are enough for verdicts, whatever else counts beside them. */
const EACH_MIN = 4;
const ALL_MIN = 10;

const progressNow = JSON.parse(main.dataset.progress);
const elsewhere = new Map();
let cards = [];
let now = null;
/** When the card on screen was first painted; keys of before do not count. */
let paintedAt = Infinity;
let isAsking = false;
/** Whether something came while the queue was asked: its answer may be from before that. */
let isAskedAgain = false;

// ---- a card ----
function build(card) {
  const node = make("article", {className: "card", id: "card", tabIndex: -1, ariaLabel: "The picture to judge"});
  node.dataset.id = card.id;
  const photos = make("ul", {className: "photos", role: "list"});
  const count = card.pictures.length;
  const day = new Date(card.added_at ?? NaN).toLocaleDateString("en-GB", {day: "numeric", month: "short"});
  const name = plain(card.name) + (card.added_at ? `, added ${day}` : "");
  for (const [at, picture] of card.pictures.entries()) {
    const alt = name + (count > 1 ? `, photo ${at + 1} of ${count}` : "");
    photos.append(make("li", {}, make("img", {src: picture.href_1600, alt, decoding: "async"})));
  }
  if (count > 1) Object.assign(photos, {tabIndex: 0, ariaLabel: "Photos"});
  if (!count) photos.append(make("li", {}, lost(card)));
  const caption = make("p", {className: "caption"}, make("bdi", {textContent: plain(card.name)}));
  node.append(photos, caption);
  return node;
}

function lost(card) {
  const text = card.isKnown ? "The file is gone; the answer stands, for its content was learnt." : "The picture is gone.";
  return make("div", {className: "gone"}, make("p", {textContent: text}));
}

/** Gives a card its element, and the promise that its first picture is decoded. */
function prepare(card) {
  if (card.node) return;
  card.node = one(`.card[data-id="${card.id}"]`) ?? build(card);
  const images = all("img", card.node);
  for (const image of images) {
    const lose = () => image.replaceWith(lost(card));
    if (image.complete && !image.naturalWidth) lose();
    else image.onerror = lose;
  }
  card.decoded = images[0]?.decode().catch(() => {}) ?? Promise.resolve();
  if (images.length > 1) addDots(card.node, images.length);
}

function addDots(node, count) {
  const photos = one(".photos", node);
  const dots = make("span", {className: "dots"});
  for (let at = 0; at < count; at++) {
    dots.append(make("button", {type: "button", ariaLabel: `Photo ${at + 1}`, onclick: () => turn(at)}));
  }
  const follow = () => {
    const here = Math.round(photos.scrollLeft / photos.clientWidth) || 0;
    all("button", dots).forEach((dot, at) => { dot.ariaCurrent = at === here ? "true" : null; });
  };
  photos.onscroll = follow;
  follow();
  one(".caption", node).append(dots, make("span", {textContent: `${count} photos`}));
}

/** Shows another photo of a profile. */
function turn(at) {
  const photos = one("#card .photos");
  photos?.scrollTo({left: at * photos.clientWidth});
}

function show(card, isBack = false) {
  const old = one("#card");
  const hadFocus = old?.contains(document.activeElement);
  now = card ?? null;
  paintedAt = Infinity;
  performance.mark("shown", {detail: card?.id});
  one("#empty").hidden = Boolean(card);
  one(".actions").hidden = one("#why-this").hidden = !card;
  one("#why").close();
  if (!card) {
    old?.remove();
    showEmpty();
    return;
  }
  prepare(card);
  const {node} = card;
  node.classList.remove("next", "back", "zoomed");
  if (old !== node) {
    node.classList.add(isBack ? "back" : "next");
    if (old) old.replaceWith(node);
    else one(".place").prepend(node);
  }
  if (hadFocus) node.focus({preventScroll: true});
  slot("why", card.why);
  tellFormer(card);
  card.decoded.then(() => requestAnimationFrame(() => requestAnimationFrame((at) => {
    if (card !== now) return;
    paintedAt = at;
    performance.mark("painted", {detail: card.id});
  })));
  cards.slice(0, AHEAD).forEach(prepare);
}

function showEmpty() {
  const {judged, pool} = progressNow;
  const which = !judged && !pool ? "none" : pool ? "later" : "all";
  for (const text of all("[data-empty]")) text.hidden = text.dataset.empty !== which;
  const name = one("[data-empty=all] h2");
  name.textContent = `You have judged all ${judged.toLocaleString("en")}.`;
}

function tellFormer(card) {
  const place = one(".was", card.node) ?? one(".caption", card.node).appendChild(make("span", {className: "was"}));
  const other = elsewhere.get(card.id);
  place.textContent = card.was ? `You ${WORDS[card.was]} this; answer again to change it.`
    : other ? `You ${WORDS[other.answer]} this in another window.` : "";
}

/** Puts a card before the one on screen. */
function turnTo(card) {
  if (card === now) return;
  cards = cards.filter((ahead) => ahead !== card);
  if (now) cards.unshift(now);
  show(card, true);
}

// ---- the queue: drawn in batches, and then a fixed list ----
async function refill() {
  const {kinds} = main.dataset;
  isAskedAgain = isAsking;
  if (isAsking || cards.length >= AHEAD || kinds) return;
  isAsking = true;
  const found = await ask(`/api/queue?count=${BATCH}&window=${windowId}`).catch((error) => {
    if (error.status === 401) notice("gone", "This page has expired. Type: tasted review");
    else setTimeout(refill, RETRY_MS);
  });
  isAsking = false;
  if (!found) return;
  const held = onTheirWay();
  for (const card of [now, ...cards, ...done.map((entry) => entry.card)]) if (card) held.add(card.id);
  cards.push(...found.cards.filter((card) => !held.has(card.id)));
  hearProgress(found.progress);
  if (!now && cards.length) show(cards.shift());
  cards.slice(0, AHEAD).forEach(prepare);
  if (isAskedAgain) refill();
}

// ---- answers ----
function answer(how, event) {
  const isSeen = performance.now() - paintedAt >= UNSEEN_MS;
  if (!now || !isSeen || isFull()) return;
  performance.mark("key", {detail: now.id, startTime: event?.timeStamp});
  give(now, how);
}

function give(card, how) {
  // a card of the history has no token: putting it off changes nothing
  if (!isJudged(how) && !card.card) {
    show(cards.shift());
    return;
  }
  const entry = {id: uuid7(), how, card, was: card.was, back: () => takeBack(entry), again: () => again(card, how)};
  done.push(entry);
  forgetUndone(card);
  count(entry, 1);
  if (isJudged(how)) card.was = how;
  addToStrip(entry);
  send(requestOf(entry), (reply, refusal) => settle(entry, reply, refusal));
  show(cards.shift());
  refill();
}

function requestOf({id, how, card}) {
  const common = {window: windowId, session: session()};
  if (!isJudged(how)) {
    return {id, path: `/api/queue/${card.card}/skip`, body: {how, ...common}, content: card.id};
  }
  const seen = performance.now() - paintedAt;
  const body = {answer: how, blind: !card.isKnown, ...common};
  if (Number.isFinite(seen)) body.shown_ms = Math.round(Math.min(seen, 864e5));
  if (card.card) body.card = card.card;
  return {id, path: `/api/results/${card.id}/feedback`, body, content: card.id};
}

function settle(entry, reply, refusal) {
  const {card, how} = entry;
  const item = one(`#strip [data-event="${entry.id}"]`);
  item?.classList.remove("wait");
  if (refusal) {
    const at = done.indexOf(entry);
    if (at < 0) return;
    done.splice(at, 1);
    item?.remove();
    takeBack(entry);
    notSaved(refusal, () => again(card, how));
    return;
  }
  performance.mark("saved", {detail: card.id});
  Object.assign(entry, {guess: reply.guess, reason: reply.reasons?.[0]});
  // its score has been shown now: another answer to it is not blind
  card.isKnown ||= isJudged(how);
  hearProgress(reply.progress);
  if (entry === done.at(-1)) tellLast(entry);
  say(`${capital(WORDS[how])}. ${progressNow.judged} of ${progressNow.judged + progressNow.pool}.`);
  tellElsewhere(card, how);
}

function tellElsewhere(card, how) {
  const other = elsewhere.get(card.id);
  elsewhere.delete(card.id);
  if (!other || !isJudged(how) || other.answer === how) return;
  const seconds = Math.max(1, Math.round((Date.now() - other.at) / 1_000));
  const text = `You ${WORDS[other.answer]} this ${seconds} s ago in another window; now it is ${WORDS[how]}.`;
  notice("elsewhere", text, "Undo", undo);
}

function takeBack(entry) {
  count(entry, -1);
  entry.card.was = entry.was;
  const last = done.at(-1);
  if (last) tellLast(last);
  turnTo(entry.card);
}

function again(card, how) {
  turnTo(card);
  give(card, how);
}

/** An event of before this window, as an entry that can be undone. */
async function remember(event, how) {
  const found = await ask(`/api/results/${event.content}`).catch(() => null);
  const known = {name: event.name, pictures: [], ...found?.result};
  const card = {id: event.content, why: "", ...known, card: null, isKnown: true};
  const entry = {id: event.id, how, card, back: () => takeBack(entry), again: () => again(card, how)};
  return entry;
}

// ---- what is told ----
function tellLast({how, card, guess, reason}) {
  const line = one("#last .line");
  one("#last").hidden = false;
  line.className = `line ${how}`;
  one(".glyph", line).textContent = SIGNS[how];
  const said = isJudged(how) ? `you ${WORDS[how]} it` : WORDS[how];
  const isGuessed = isJudged(how) && guess;
  const guessed = guess?.probability == null ? "it had no guess" : `it had guessed ${percent(guess.probability)}`;
  slot("last", isGuessed ? `${said}; ${guessed}` : said);
  slot("because", isGuessed && reason || "");
  one("#last-why").href = `/results/${card.id}`;
}

function addToStrip(entry) {
  const {card, how, id} = entry;
  const [picture] = card.pictures;
  all("#strip li").find((item) => item.dataset.content === card.id)?.remove();
  const sign = make("span", {className: `glyph ${how}`, ariaHidden: "true", textContent: SIGNS[how]});
  const label = `${plain(card.name)}: ${WORDS[how]}`;
  const button = make("button", {type: "button", ariaLabel: label, onclick: () => turnTo(card)}, sign);
  if (picture) button.append(make("img", {src: picture.href_320, alt: ""}));
  const item = make("li", {className: "wait"}, button);
  Object.assign(item.dataset, {event: id, content: card.id});
  one("#strip").prepend(item);
  for (const old of all("#strip li").slice(STRIP_MAX)) old.remove();
  // a picture that was decoded for the screen is large
  done.slice(0, -STRIP_MAX).forEach((old) => { if (old.card !== now) old.card.node = null; });
  tellLast(entry);
}

/** Counts an answer before it was acknowledged. */
function count({how, was, card}, by) {
  if (!isJudged(how) || was || card.chosen_by === "recheck") return;
  const {judged, pool} = progressNow;
  tellProgress({judged: judged + by, pool: Math.max(0, pool - by)});
}

/** Takes what tasted says; while answers are on their way it does not know how many there are. */
function hearProgress({judged, pool, ...others}) {
  tellProgress(onTheirWay().size ? others : {judged, pool, ...others});
}

function tellProgress(told) {
  Object.assign(progressNow, told);
  const {judged, pool, liked, rejected, guessed, skipped, needs, version} = progressNow;
  const total = judged + pool;
  slot("judged", judged.toLocaleString("en"));
  slot("total", total.toLocaleString("en"));
  Object.assign(one("#bar"), {max: Math.max(total, 1), value: judged});
  slot("version", version);
  // a new taste waits until answers pause; what was said before them is no longer true
  const hasEnough = Math.min(liked, rejected) >= EACH_MIN && liked + rejected >= ALL_MIN;
  slot("needs", needs);
  one("#needs").hidden = !needs || hasEnough;
  const isMuch = skipped > SKIPPED_MUCH * (skipped + judged);
  const warning = isMuch ? ", which is much: nothing is learnt from those" : "";
  slot("skipped", skipped ? `${skipped} left for later${warning}` : "");
  if (!now) showEmpty();
  one("#guessed").hidden = !guessed;
  if (!guessed) return;
  slot("of", guessed.of);
  slot("right", guessed.right);
  slot("wrong", guessed.of - guessed.right);
  slot("constant", guessed.constant_right);
  slot("usual", liked > rejected ? "yes" : "no");
}

/** Shows score and reasons before the answer, which is not blind then. */
async function why() {
  const card = now;
  if (!card || one("#why").open) return;
  const page = new XMLHttpRequest();
  page.open("GET", `/results/${card.id}`);
  page.responseType = "document";
  page.onload = () => {
    const told = page.response && one("#told", page.response);
    if (!told || card !== now) return;
    card.isKnown = true;
    for (const form of all("form", told)) form.remove();
    one("#why-told").replaceChildren(document.adoptNode(told));
    one("#why").showModal();
  };
  page.onerror = () => notice("gone", "tasted is not answering.");
  page.send();
}

let pointer = {x: 0.5, y: 0.5};
function zoom() {
  const photos = one("#card .photos");
  if (!photos) return;
  const box = photos.children[Math.round(photos.scrollLeft / photos.clientWidth)];
  if (!one("#card").classList.toggle("zoomed")) return;
  const middle = (size, at, shown) => size * at - shown / 2;
  box.scrollTo(middle(box.scrollWidth, pointer.x, box.clientWidth), middle(box.scrollHeight, pointer.y, box.clientHeight));
}

// ---- hands ----
const place = one(".place");
let touched = null;
place.onpointerdown = (event) => { touched = event.pointerType === "touch" ? event : null; };
place.onpointerup = (event) => {
  if (!touched || now?.pictures.length > 1 || one(".zoomed")) return;
  const across = event.clientX - touched.clientX;
  const isSwipe = Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(event.clientY - touched.clientY);
  if (isSwipe) answer(across > 0 ? "like" : "reject");
};
place.onpointermove = (event) => {
  const box = place.getBoundingClientRect();
  pointer = {x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height};
};
place.onclick = (event) => { if (event.target.closest(".zoomed img")) zoom(); };
one("#strip").onkeydown = (event) => {
  const by = {ArrowLeft: -1, ArrowRight: 1}[event.key];
  if (!by) return;
  event.preventDefault();
  const items = all("#strip a, #strip li button");
  items[items.indexOf(document.activeElement) + by]?.focus();
};
for (const link of all("[data-end]")) {
  link.onclick = () => { link.search = `?session=${kept(sessionStorage, "session", {}).id ?? ""}`; };
}

bind({why, zoom, ...Object.fromEntries(Object.keys(SIGNS).map((how) => [how, (event) => answer(how, event)]))},
  Object.fromEntries([..."123456789"].map((digit) => [digit, () => turn(digit - 1)])));
undoWith(remember, hearProgress);
hear({
  judged({event}) {
    if (event.window === windowId || !isJudged(event.answer)) return;
    elsewhere.set(event.content, {answer: event.answer, at: Date.now()});
    cards = cards.filter((card) => card.id !== event.content);
    if (now?.id === event.content) tellFormer(now);
    refill();
  },
  undone({event}) {
    elsewhere.delete(event.content);
    if (now && now.id === event.content) tellFormer(now);
    refill();
  },
  trial: tellTrial,
  progress({version, answered}) {
    tellProgress({version});
    performance.mark("refreshed", {detail: answered});
  },
  minted: ({version}) => tellProgress({version}),
  scored: refill,
});
const sent = onTheirWay();
cards = JSON.parse(main.dataset.cards).filter((card) => !sent.has(card.id));
show(cards.shift());
refill();
pump();
