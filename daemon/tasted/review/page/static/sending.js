// Requests. What changes something goes out in order, each with an id of its own, and is kept in the
// tab until it was answered: a reload or a restart of tasted loses nothing and doubles nothing.
import {notice, one} from "./dom.js";

const CSRF = one("meta[name=csrf]").content;
const WAITING_MAX = 50;
const SESSION_PAUSE_MS = 600_000;
const RETRY_MS = 250;
const RETRY_MS_MAX = 5_000;
const BUSY = [429, 502, 503, 504];

/** A UUID of version 7: its first digits are the time. */
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let i = 0; i < 6; i++) bytes[i] = now / 256 ** (5 - i) % 256;
  bytes[6] = bytes[6] & 15 | 112;
  bytes[8] = bytes[8] & 63 | 128;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** What was stored; the fallback where nothing was, or nothing that can be read. */
export function kept(storage, name, fallback) {
  try {
    return JSON.parse(storage.getItem(name)) ?? fallback;
  } catch {
    return fallback;
  }
}
const keep = (name, value) => sessionStorage.setItem(name, JSON.stringify(value));

export const windowId = kept(sessionStorage, "window", uuid7());
keep("window", windowId);
/** The session that an answer belongs to: a pause of ten minutes begins another. */
export function session() {
  const now = Date.now();
  const last = kept(sessionStorage, "session", {at: 0});
  const id = now - last.at < SESSION_PAUSE_MS ? last.id : uuid7();
  keep("session", {id, at: now});
  return id;
}

class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? "");
    this.status = status;
  }
}

/** Asks once. Throws a `Refused` with the problem's words, or a TypeError when nobody answers. */
export async function ask(path, body, id) {
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": CSRF, "X-Tasted-Via": "page"};
  if (id) headers["Idempotency-Key"] = id;
  // `keepalive`: an answer leaves even when its page is closed in that moment
  const write = {method: "POST", headers, body: JSON.stringify(body), keepalive: true};
  const reply = await fetch(path, body ? write : {});
  if (reply.status === 204) return null;
  const value = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Refused(reply.status, value);
  return value;
}

let waiting = kept(sessionStorage, "waiting", []);
let isSending = false;
let hasSent = false;
const settlers = new Map();

/** Which contents have an answer that is still on its way. */
export const onTheirWay = () => new Set(waiting.map((request) => request.content));

function store() {
  keep("waiting", waiting);
  const saved = one("#saved");
  if (saved) saved.textContent = waiting.length ? `saving ${waiting.length} …` : hasSent ? "saved ✓" : "";
}

/** Sends `{id, path, body}` after all before it; `settle(reply, refusal)` hears what came of it. */
export function send(request, settle) {
  settlers.set(request.id, settle);
  waiting.push(request);
  store();
  pump();
}

/** Takes back what has not been sent; the first one may be under way. Tells whether it could. */
export function unsend(id) {
  const at = waiting.findIndex((request) => request.id === id);
  if (at < 0 || at === 0 && isSending) return false;
  waiting.splice(at, 1);
  store();
  return true;
}

/** Whether no more answers can be kept; said when it is so. */
export function isFull() {
  if (waiting.length < WAITING_MAX) return false;
  notice("gone", `tasted is not answering. Your last ${WAITING_MAX} answers are kept here; no more fit.`);
  return true;
}

export async function pump() {
  if (isSending) return;
  isSending = true;
  for (let tries = 0; waiting.length;) {
    const request = waiting[0];
    let reply = null;
    let refusal = null;
    try {
      reply = await ask(request.path, request.body, request.id);
    } catch (error) {
      if (isUnanswered(error)) {
        const pause = Math.min(RETRY_MS * 2 ** tries++, RETRY_MS_MAX);
        await new Promise((resolve) => { setTimeout(resolve, pause); });
        continue;
      }
      refusal = error;
    }
    tries = 0;
    hasSent = true;
    notice("gone");
    waiting.shift();
    store();
    const settle = settlers.get(request.id) ?? settleRestored;
    settlers.delete(request.id);
    settle(reply, refusal);
  }
  isSending = false;
}

function isUnanswered(error) {
  if (error.status === 401) {
    notice("gone", "This page has expired. Type: tasted review");
    return true;
  }
  if (error.status && !BUSY.includes(error.status)) return false;
  const count = waiting.length;
  const kept = count === 1 ? "Your last answer is" : `Your last ${count} answers are`;
  notice("gone", `tasted is not answering. ${kept} kept here and sent when it is back.`);
  return true;
}

/** Says why something was not saved, and offers to try again. */
export function notSaved(refusal, again) {
  notice("refused", `Not saved: ${reason(refusal)}. The picture is back.`, "Try again", again);
}
const reason = (refusal) =>
  refusal.status === 507 ? "the disk is full" : refusal.message.replace(/\.$/, "") || "it was refused";

/** An answer of before a reload: its card is no longer here. */
function settleRestored(_reply, refusal) {
  if (refusal) notice("refused", `Not saved: ${reason(refusal)}. See the history for what was.`);
}

store();
