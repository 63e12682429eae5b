// Undo and redo, as far back as there is history. An entry is `{id, how, back(), again()}`: `back`
// shows its picture as it was before the answer, `again` gives the answer once more.
import {isJudged, one, say, WORDS} from "./dom.js";
import {ask, notSaved, send, unsend, uuid7} from "./sending.js";

/** What this window did, newest last. */
export const done = [];
const undone = [];
let remember = null;
let progress = null;

/** Sets how an event of the history becomes an entry, and who hears of the new progress. */
export function undoWith(makeEntry, tellProgress) {
  remember = makeEntry;
  progress = tellProgress;
}

export async function undo() {
  const entry = done.pop() ?? await earlier();
  if (!entry) {
    say("There is nothing to undo.");
    return;
  }
  undone.push(entry);
  if (!unsend(entry.id)) {
    const request = {id: uuid7(), path: "/api/feedback/undo", body: {event: entry.id}};
    send(request, (reply, refusal) => {
      // another window may have taken it back
      if (refusal && refusal.status !== 409) notSaved(refusal, undo);
      else if (reply) progress(reply.progress);
    });
  }
  one(`#strip [data-event="${entry.id}"]`)?.remove();
  entry.back();
  say(`Undone: ${WORDS[entry.how]}.`);
}

export function redo() {
  undone.pop()?.again();
}

/** Another answer to the same picture: what was undone of it is no longer to be done again. */
export function forgetUndone(card) {
  for (let at = undone.length; at--;) if (undone[at].card === card) undone.splice(at, 1);
}

/** The newest event of the history that this window has not taken back. */
async function earlier() {
  const known = new Set(undone.map((entry) => entry.id));
  for (let before = ""; before !== null;) {
    const query = before && `&before=${encodeURIComponent(before)}`;
    const found = await ask(`/api/feedback?limit=50${query}`).catch(() => null);
    const event = found?.events.find((told) => howOf(told) && !told.undone && !known.has(told.id));
    if (event) return remember(event, howOf(event));
    before = found?.next ?? null;
  }
  return null;
}

function howOf({kind, answer}) {
  if (kind === "judge" && isJudged(answer)) return answer;
  return {skip: "later", exclude: "exclude"}[kind];
}
