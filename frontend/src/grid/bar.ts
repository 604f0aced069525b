// The bar above the grid: the active cell exactly, what may be typed, the rule, and the buttons.
import { toast } from "../page/toast";
import { editable, yuan } from "./amounts";
import { type GridModel, type GridRow, type Moved, sum } from "./model";
import { ask, send } from "./server";
import type { GridTable, Place } from "./table";

interface Outlook {
  label: string;
  interval: string;
  sentence: string;
}

export interface Bar {
  edit(first: string): void;
}

const HINT_DELAY = 150;

export function startBar(model: GridModel, table: GridTable): Bar {
  const part = <T extends HTMLElement>(name: string) => document.querySelector<T>(`[data-grid="${name}"]`);
  const [label, exact, hint] = [part("label"), part("exact"), part("hint")];
  const form = part<HTMLFormElement>("form");
  const value = part<HTMLInputElement>("value");
  const rule = part<HTMLSelectElement>("rule");
  const reason = part<HTMLInputElement>("reason");
  const buttons = ["save", "lock", "why"].map((name) => part<HTMLButtonElement>(name));
  const urls = model.config.urls;
  let waiting = 0;

  const node = (place: Place) => ({
    region: place.row.code,
    period: place.span.code,
    line: model.config.product_line,
    rule: rule?.value ?? "none",
  });

  function show(place: Place): void {
    const fen = sum(place.row.months, place.span);
    if (label) label.textContent = `${place.row.name} · ${place.span.code}`;
    if (exact) exact.textContent = `${yuan(fen)} ${table.text["textYuan"]} (${fen} ${table.text["textFen"]})`;
    if (value) {
      value.disabled = false;
      value.value = editable(fen);
    }
    for (const button of buttons) if (button) button.disabled = false;
    if (form) foresee(place);
  }

  function foresee(place: Place): void {
    window.clearTimeout(waiting);
    const asked = (waiting = window.setTimeout(async () => {
      const found = await ask<Outlook>(urls.outlook, node(place));
      if (found && hint && table.active === place && waiting === asked) hint.textContent = `${found.interval}${found.sentence}`;
    }, HINT_DELAY));
  }

  /** An answer stays to be read: no hint asked for earlier may write over it. */
  function stopForeseeing(): void {
    window.clearTimeout(waiting);
    waiting = 0;
  }

  function paint(moved: Moved): void {
    const before = new Map([...model.byCode.values()].map((row) => [row, row.months] as const));
    const changed = new Map<GridRow, Set<number>>();
    for (const row of model.take(moved)) {
      const old = before.get(row) ?? [];
      changed.set(row, new Set(row.months.flatMap((fen, index) => (fen === old[index] ? [] : [index]))));
    }
    table.repaint(changed);
    if (table.active) show(table.active);
    document.body.dispatchEvent(new Event("targets:changed"));
    toast((table.text["textSaved"] ?? "").replace("%s", String(changed.size)));
  }

  async function change(method: string, url: string, asked: object): Promise<void> {
    stopForeseeing();
    const body = { ...asked, version: model.version, view_line: model.config.product_line };
    const answer = await send<Moved>(method, url, body, table.text["textFailed"] ?? "");
    if (answer.moved) paint(answer.moved);
    else if (hint) hint.textContent = answer.message;
    if (answer.isStale) {
      toast(answer.message);
      window.setTimeout(() => window.location.reload(), 4_000);
    }
  }

  table.onActive = show;
  rule?.addEventListener("change", () => table.active && foresee(table.active));
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!table.active || !value) return;
    void change("PATCH", urls.cells, { ...node(table.active), value: value.value, reason: reason?.value ?? "" });
    table.holder.focus();
  });
  value?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !table.active) return;
    value.value = editable(sum(table.active.row.months, table.active.span));
    table.holder.focus();
  });
  part("lock")?.addEventListener("click", () => {
    if (table.active) void change("POST", urls.lock, { ...node(table.active), reason: reason?.value ?? "" });
  });
  part("undo")?.addEventListener("click", () => void change("POST", urls.undo, {}));
  part("why")?.addEventListener("click", () => {
    const target = document.getElementById("why");
    if (table.active && target) void explain(target, table.active);
  });

  async function explain(target: HTMLElement, place: Place): Promise<void> {
    const answer = await fetch(`${urls.why}?${new URLSearchParams(node(place))}`);
    target.innerHTML = answer.ok ? await answer.text() : "";
    target.scrollIntoView({ block: "nearest", behavior: "smooth" });
    for (const button of target.querySelectorAll<HTMLElement>("[data-unlock]")) {
      button.addEventListener("click", () => {
        void change("POST", urls.unlock, { lock: Number(button.dataset["unlock"]) }).then(() => explain(target, place));
      });
    }
  }

  return {
    edit(first) {
      if (!value || value.disabled) return;
      if (first) value.value = first;
      value.focus();
      if (!first) value.select();
    },
  };
}
