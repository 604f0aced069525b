// The table beside the map: colours of the territories, and their bars after a move.
import { fillBar } from "./bars";
import { exactly, inWan, percent } from "./contents";
import type { Deviation, Territory } from "./contents";
import { colourOf } from "./palette";

const BALANCES = ["ok", "heavy", "light", "none"] as const;

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
  const balance = row.querySelector<HTMLElement>("[data-balance]");
  if (balance) updateBalance(balance, territory);
  for (const [measure, now] of Object.entries(territory.measures)) {
    const place = row.querySelector<HTMLElement>(`[data-bar="${measure}"]`);
    if (place) draw(place, now);
  }
  row.classList.add("is-changed");
}

function draw(place: HTMLElement, now: Deviation): void {
  place.classList.remove(...BALANCES.map((name) => `balance-${name}`));
  place.classList.add(`balance-${now.balance}`);
  const bar = place.querySelector("svg.balance-bar");
  if (bar) fillBar(bar, now.deviation_bp, now.tolerance_bp);
}

// The bars of one measure, or of the worst of each territory.
export function onMeasure(territories: () => Iterable<Territory>): void {
  chooser()?.addEventListener("change", () => {
    for (const territory of territories()) {
      const place = rowOf(territory.code)?.querySelector<HTMLElement>("[data-balance]");
      if (place) updateBalance(place, territory);
    }
  });
}

function chooser(): HTMLSelectElement | null {
  return document.querySelector<HTMLSelectElement>("#balance-measure");
}

function updateBalance(place: HTMLElement, territory: Territory): void {
  const now = territory.measures[chooser()?.value ?? ""] ?? territory;
  draw(place, now);
  const number = place.querySelector(".balance-number");
  if (number) number.textContent = now.deviation_bp === null ? "" : percent(now.deviation_bp);
  const word = place.querySelector(".balance-word");
  const icon = word?.querySelector("use");
  if (!word || !icon) return;
  const name = { ok: "circle-check", heavy: "alert-triangle", light: "alert-triangle", none: "minus" };
  icon.setAttribute("href", `${icon.getAttribute("href")?.split("#")[0]}#tabler-${name[now.balance]}`);
  word.replaceChildren(...[...word.children], now.word);
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
