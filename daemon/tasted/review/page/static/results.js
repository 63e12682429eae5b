// The gallery. A tile keeps its place when it is judged; a new order comes only when asked for.
import {all, capital, isJudged, one, percent, say, SIGNS, slot, WORDS} from "./dom.js";
import {bind} from "./keys.js";
import {hear} from "./news.js";
import {ask, isFull, notSaved, pump, send, session, uuid7, windowId} from "./sending.js";
import {done, undoWith} from "./undoing.js";

const ORDER_MS = 1_000;
const tiles = all(".tile");
const tileOf = (content) => one(`.tile[data-id="${content}"]`);

// ---- judging ----
function mark(tile, how) {
  tile.dataset.how = how ?? "";
  for (const button of all("[data-do]", tile)) {
    button.setAttribute("aria-pressed", String(button.dataset.do === how));
  }
  const badge = one(".judged", tile);
  badge.className = `verdict judged ${isJudged(how) ? WORDS[how] : ""}`;
  badge.textContent = how in WORDS ? `${SIGNS[how]} ${WORDS[how]}` : "";
}

function entryOf(id, tile, how, was) {
  return {
    id, how, card: tile,
    back: () => { if (tile) { mark(tile, was); focus(tile); } },
    again: () => { if (tile && how !== "later") judge(tile, how); },
  };
}

function judge(tile, how) {
  // pictures of a backfill are only shown
  if (isFull() || !one("[data-do]", tile)) return;
  const was = tile.dataset.how ?? one("[aria-pressed=true]", tile)?.dataset.do;
  const entry = entryOf(uuid7(), tile, how, was);
  done.push(entry);
  mark(tile, how);
  const content = tile.dataset.id;
  const common = {window: windowId, session: session()};
  const request = isJudged(how)
    ? {path: `/api/results/${content}/feedback`, body: {answer: how, blind: false, ...common}}
    : {path: `/api/results/${content}/exclude`, body: common};
  send({id: entry.id, content, ...request}, (_reply, refusal) => {
    if (refusal) {
      if (done.includes(entry)) done.splice(done.indexOf(entry), 1);
      mark(tile, was);
      notSaved(refusal, () => judge(tile, how));
      return;
    }
    say(`${capital(WORDS[how])}.`);
    countMoved();
  });
}

// ---- moving ----
function focus(tile) {
  for (const other of tiles) one("a", other).tabIndex = other === tile ? 0 : -1;
  one("a", tile)?.focus();
}
function step(by) {
  if (!tiles.length) return;
  const at = tiles.findIndex((tile) => tile.contains(document.activeElement));
  focus(tiles[at < 0 ? 0 : Math.min(Math.max(at + by, 0), tiles.length - 1)]);
}
const columns = () => tiles.filter((tile) => tile.offsetTop === tiles[0].offsetTop).length;
const onTile = (act) => () => {
  const tile = tiles.find((found) => found.contains(document.activeElement));
  if (tile) act(tile);
};

// ---- the order that it would have now ----
let timer = 0;
function countMoved() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const button = one("#refresh");
    const found = await ask(`/api/results${button.dataset.query}`).catch(() => null);
    const scored = found?.items.filter((row) => !row.error) ?? [];
    const moved = scored.filter(({id}, at) => tiles[at]?.dataset.id !== id).length;
    button.hidden = !moved;
    button.textContent = `Refresh order (${moved} moved)`;
  }, ORDER_MS);
}

one("#refresh").onclick = () => location.reload();
for (const [at, tile] of tiles.entries()) {
  one("a", tile).tabIndex = at ? -1 : 0;
  for (const button of all("button", tile)) {
    button.tabIndex = -1;
    button.onclick = (event) => { event.preventDefault(); judge(tile, button.dataset.do); };
  }
}
undoWith((event, how) => entryOf(event.id, tileOf(event.content), how), countMoved);
bind({
  like: onTile((tile) => judge(tile, "like")),
  reject: onTile((tile) => judge(tile, "reject")),
  exclude: onTile((tile) => judge(tile, "exclude")),
  later: () => step(columns()),
  why: onTile((tile) => location.assign(one("a", tile).href)),
}, {ArrowRight: () => step(1), ArrowLeft: () => step(-1)});
hear({
  judged({event}) {
    const tile = event.window !== windowId && tileOf(event.content);
    if (tile) mark(tile, event.answer);
  },
  progress({version, probabilities}) {
    slot("version", version);
    for (const [content, share] of Object.entries(probabilities ?? {})) {
      const figure = one(`.tile[data-id="${content}"] [data-figure]`);
      if (figure && share != null) figure.textContent = percent(share);
    }
  },
  scored: countMoved,
});
pump();
