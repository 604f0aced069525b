// HTMX under a strict content security policy, with Django's CSRF token and errors that people can see.
import htmx from "htmx.org";
import { toast } from "./toast";

interface ConfigRequest {
  headers: Record<string, string>;
}

interface ResponseError {
  xhr: XMLHttpRequest;
}

export function startHtmx(): void {
  htmx.config.includeIndicatorStyles = false;
  htmx.config.allowEval = false;
  htmx.config.selfRequestsOnly = true;
  htmx.config.historyCacheSize = 0;
  document.addEventListener("htmx:configRequest", (event) => {
    const detail = (event as CustomEvent<ConfigRequest>).detail;
    detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:beforeRequest", () => document.body.classList.add("is-loading"));
  document.addEventListener("htmx:afterRequest", () => document.body.classList.remove("is-loading"));
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent<ResponseError>).detail;
    toast(xhr.getResponseHeader("X-Message") ?? `${document.title}: ${xhr.status}`);
  });
  document.addEventListener("htmx:sendError", () => toast(offline()));
}

export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

export function offline(): string {
  return document.documentElement.lang.startsWith("zh") ? "网络不通，请稍后重试。" : "No connection. Please try again.";
}
