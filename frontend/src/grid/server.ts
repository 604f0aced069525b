// Talking to the server: JSON both ways, Django's CSRF token, refusals as words and numbers. What gets lost on the way
// is told, and nothing is waited for without end.
import { csrfToken, offline } from "../page/requests";
import { toast } from "../page/toast";
import type { Refusal, Texts } from "./config";

export type Answer<T> = { done: T; refusal: null } | { done: null; refusal: Refusal };

const PATIENCE = 60_000;

/** Reads and changes take turns: what is read in the middle of a change is out of date when it arrives. */
let changing: Promise<unknown> = Promise.resolve();
const reading = new Set<Promise<unknown>>();
let isOffline = false;

export async function ask<T>(url: string, query: Record<string, string>, signal?: AbortSignal): Promise<T | null> {
  await changing;
  const read = fetched(url, query, signal).then(async (answer) => (answer ? ((await answer.json()) as T) : null)).catch(() => null);
  reading.add(read);
  void read.then(() => reading.delete(read));
  return read;
}

/** A part of a page, as HTML. */
export async function askPart(url: string, query: Record<string, string>): Promise<string> {
  const answer = await fetched(url, query);
  return (await answer?.text()) ?? "";
}

export function send<T>(method: string, url: string, body: object, text: Texts): Promise<Answer<T>> {
  const change = Promise.all(reading).then(() => sent<T>(method, url, body, text));
  changing = change;
  return change;
}

async function fetched(url: string, query: Record<string, string>, signal?: AbortSignal): Promise<Response | null> {
  const given = AbortSignal.any([AbortSignal.timeout(PATIENCE), ...(signal ? [signal] : [])]);
  const answer = await fetch(`${url}?${new URLSearchParams(query)}`, { signal: given }).catch(() => null);
  if (!answer && !signal?.aborted && !isOffline) toast(offline());
  if (answer || !signal?.aborted) isOffline = !answer;
  return answer?.ok && !answer.redirected ? answer : null;
}

async function sent<T>(method: string, url: string, body: object, text: Texts): Promise<Answer<T>> {
  const lost = (why: "signed_out" | "late" | "failed") => ({ done: null, refusal: { message: text[why] ?? "", isLost: true } });
  try {
    const answer = await fetch(url, {
      method,
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.redirected) return lost("signed_out");
    if (answer.ok) return { done: (await answer.json()) as T, refusal: null };
    const refusal = (await answer.json().catch(() => ({}))) as Partial<Refusal>;
    return refusal.message ? { done: null, refusal: { ...refusal, message: refusal.message } } : lost("failed");
  } catch (error) {
    return lost(error instanceof DOMException && error.name === "TimeoutError" ? "late" : "failed");
  }
}
