// What other windows and tasted itself do, from the event stream. A hidden tab closes its stream,
// since a browser allows six connections for all tabs together. Each stream begins after the last
// event that this page knows, the first one after what it was made with: nothing is missed between.
import {ask} from "./sending.js";
import {main} from "./dom.js";

const KINDS = {judge: "judged", undo: "undone"};
let stream = null;
let newest = main.dataset.after ?? "";
let heard = {};

/** Calls `acts[kind](data)` for what happens. */
export function hear(acts) {
  heard = acts;
  document.addEventListener("visibilitychange", listen);
  listen();
}

function listen() {
  stream?.close();
  stream = null;
  if (document.hidden) return;
  const opened = stream = new EventSource(`/api/events${newest && `?after=${newest}`}`);
  for (const [kind, act] of Object.entries(heard)) {
    opened.addEventListener(kind, (event) => {
      newest = event.lastEventId || newest;
      act(JSON.parse(event.data));
    });
  }
  // refused, as where too many windows are open: what was missed is asked for once
  opened.onerror = () => { if (opened.readyState === EventSource.CLOSED) catchUp(); };
}

async function catchUp() {
  const missed = await ask(`/api/changes?after=${newest || 0}`).catch(() => null);
  for (const event of missed?.changes ?? []) heard[KINDS[event.kind]]?.({event});
  newest = missed?.next ?? newest;
}
