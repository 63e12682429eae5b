// What other windows and tasted itself do, from the event stream. A hidden tab closes its stream,
// since a browser allows six connections for all tabs together, and asks afterwards what it missed.
import {ask} from "./sending.js";

const KINDS = {judge: "judged", undo: "undone"};
let stream = null;
let newest = "";
let heard = {};

/** Calls `acts[kind](data)` for what happens. */
export function hear(acts) {
  heard = acts;
  document.addEventListener("visibilitychange", listen);
  listen();
}

async function listen() {
  stream?.close();
  stream = null;
  if (document.hidden) return;
  stream = new EventSource("/api/events");
  for (const [kind, act] of Object.entries(heard)) {
    stream.addEventListener(kind, (event) => {
      newest = event.lastEventId || newest;
      act(JSON.parse(event.data));
    });
  }
  if (!newest) return;
  const missed = await ask(`/api/changes?after=${newest}`).catch(() => null);
  for (const event of missed?.changes ?? []) heard[KINDS[event.kind]]?.({event});
}
