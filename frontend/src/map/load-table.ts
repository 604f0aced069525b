// The table beside the map: colours of the territories, and their bars after a move.
import { exactly, inWan, percent } from "./contents";
import type { Territory } from "./contents";
import { colourOf } from "./palette";

export function paintTable(territories: Iterable<Territory>): void {
  for (const territory of territories) {
    const swatch = rowOf(territory.code)?.querySelector<HTMLElement>(".swatch");
    if (swatch) swatch.style.backgroundColor = colourOf(territory.colour);
  }
}

export function updateRow(territory: Territory): void {
  const row = rowOf(territory.code);
  if (!row) return;
  write(row, "customers", String(territory.customers));
  const amount = row.querySelector<HTMLElement>('[data-cell="amount"] .num');
  if (amount) {
    amount.textContent = inWan(territory.amount_fen);
    amount.title = exactly(territory.amount_fen);
  }
  updateBar(row, territory);
  for (const [measure, now] of Object.entries(territory.measures)) {
    const place = row.querySelector<HTMLElement>(`[data-bar="${measure}"]`);
    if (!place || now.deviation_bp === null) continue;
    place.className = `balance balance-${now.balance}`;
    fill(place, now.deviation_bp);
    const svg = place.querySelector("svg");
    svg?.setAttribute("aria-label", `${svg.getAttribute("aria-label")?.split(" ")[0]} ${percent(now.deviation_bp)}`);
  }
  row.classList.add("is-changed");
}

function updateBar(row: HTMLElement, territory: Territory): void {
  const bar = row.querySelector<HTMLElement>("[data-balance]");
  const deviation = territory.deviation_bp;
  if (!bar || deviation === null) return;
  fill(bar, deviation);
  bar.className = `balance balance-${territory.balance}`;
  const number = bar.querySelector(".balance-number");
  if (number) number.textContent = percent(deviation);
  const word = bar.querySelector(".balance-word");
  const icon = word?.querySelector("use");
  if (word && icon) {
    const name = territory.balance === "ok" ? "circle-check" : "alert-triangle";
    icon.setAttribute("href", `${icon.getAttribute("href")?.split("#")[0]}#tabler-${name}`);
    word.replaceChildren(...[...word.children], territory.word);
  }
}

function fill(bar: HTMLElement, deviation: number): void {
  const width = Math.min(Math.abs(deviation), 5_000) / 10;
  const rect = bar.querySelector(".balance-fill");
  rect?.setAttribute("x", String(500 - (deviation < 0 ? width : 0)));
  rect?.setAttribute("width", String(width));
}

export function select(code: string | null): void {
  for (const row of document.querySelectorAll<HTMLElement>("tr[data-territory]")) {
    const isIt = row.dataset.territory === code;
    row.classList.toggle("is-selected", isIt);
    const list = row.closest<HTMLElement>(".table-responsive");
    if (isIt && list) list.scrollTop = row.offsetTop - list.clientHeight / 2;
  }
}

export function onPick(pick: (code: string) => void): void {
  for (const row of document.querySelectorAll<HTMLElement>("tr[data-territory]")) {
    row.addEventListener("click", (event) => {
      const target = event.target as HTMLElement;
      if (!target.closest("a, [data-lock]")) pick(row.dataset.territory ?? "");
    });
  }
}

export function onLock(lock: (code: string, isLocked: boolean) => void): void {
  for (const button of document.querySelectorAll<HTMLElement>("button[data-lock]")) {
    button.addEventListener("click", () => {
      lock(button.dataset.lock ?? "", button.getAttribute("aria-pressed") !== "true");
    });
  }
}

export function showLocks(locked: Set<string>): void {
  for (const button of document.querySelectorAll<HTMLElement>("button[data-lock]")) {
    button.setAttribute("aria-pressed", String(locked.has(button.dataset.lock ?? "")));
  }
}

// The list of differences below the map, as the server writes it.
export async function refreshChanges(): Promise<void> {
  const card = document.getElementById("alignment-changes");
  if (!card) return;
  const answer = await fetch(window.location.href, { credentials: "same-origin" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("alignment-changes");
  if (fresh) card.replaceChildren(...fresh.childNodes);
}

export function onHover(enter: (code: string | null) => void): void {
  for (const row of document.querySelectorAll<HTMLElement>("tr[data-territory]")) {
    row.addEventListener("mouseenter", () => enter(row.dataset.territory ?? null));
    row.addEventListener("mouseleave", () => enter(null));
  }
}

function rowOf(code: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`tr[data-territory="${CSS.escape(code)}"]`);
}

function write(row: HTMLElement, cell: string, text: string): void {
  const place = row.querySelector(`[data-cell="${cell}"]`);
  if (place) place.textContent = text;
}
