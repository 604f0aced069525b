// Talking to the server: JSON both ways, Django's CSRF token, refusals as words and numbers.
import { csrfToken } from "../page/requests";
import type { Refusal } from "./config";

export type Answer<T> = { done: T; refusal: null } | { done: null; refusal: Refusal };

/** Reads and changes take turns: what is read in the middle of a change is out of date when it arrives. */
let changing: Promise<unknown> = Promise.resolve();
const reading = new Set<Promise<unknown>>();

export async function ask<T>(url: string, query: Record<string, string>, signal?: AbortSignal): Promise<T | null> {
  await changing;
  const read = fetched<T>(url, query, signal);
  reading.add(read);
  void read.then(() => reading.delete(read));
  return read;
}

export function send<T>(method: string, url: string, body: object, failed: string): Promise<Answer<T>> {
  const change = Promise.all(reading).then(() => sent<T>(method, url, body, failed));
  changing = change;
  return change;
}

async function fetched<T>(url: string, query: Record<string, string>, signal?: AbortSignal): Promise<T | null> {
  try {
    const answer = await fetch(`${url}?${new URLSearchParams(query)}`, signal ? { signal } : {});
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    return null;
  }
}

async function sent<T>(method: string, url: string, body: object, failed: string): Promise<Answer<T>> {
  try {
    const answer = await fetch(url, {
      method,
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(body),
    });
    if (answer.ok) return { done: (await answer.json()) as T, refusal: null };
    const refusal = (await answer.json().catch(() => ({}))) as Partial<Refusal>;
    return { done: null, refusal: { ...refusal, message: refusal.message ?? failed } };
  } catch {
    return { done: null, refusal: { message: failed } };
  }
}
