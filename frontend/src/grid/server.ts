// Talking to the server: JSON both ways, Django's CSRF token, refusals as words.
import { csrfToken } from "../page/requests";

export interface Answer<T> {
  moved: T | null;
  message: string;
  isStale: boolean;
}

const CONFLICT = 409;

export async function ask<T>(url: string, query: Record<string, string>): Promise<T | null> {
  try {
    const answer = await fetch(`${url}?${new URLSearchParams(query)}`);
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    return null;
  }
}

export async function send<T>(method: string, url: string, body: object, failed: string): Promise<Answer<T>> {
  try {
    const answer = await fetch(url, {
      method,
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(body),
    });
    if (answer.ok) return { moved: (await answer.json()) as T, message: "", isStale: false };
    const refusal = (await answer.json().catch(() => ({}))) as { message?: string };
    return { moved: null, message: refusal.message ?? failed, isStale: answer.status === CONFLICT };
  } catch {
    return { moved: null, message: failed, isStale: false };
  }
}
