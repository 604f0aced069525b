// Looking up a unit or a customer by name or code: Enter takes the first that fits, arrows and clicks any other.
import type { Customer } from "./customers";
import type { Unit } from "./contents";

const SHOWN = 8;
const PAUSE_MS = 250;

interface Finding {
  unit: (unit: Unit, adds: boolean) => void;
  customer: (customer: Customer) => void;
  customers: (words: string) => Promise<Customer[]>;
}

interface Hit {
  text: string;
  kind: string;
  take: (adds: boolean) => void;
}

export function startSearch(field: HTMLInputElement, units: Iterable<Unit>, finding: Finding): void {
  const list = document.getElementById("map-found") as HTMLElement;
  const all = [...units];
  let hits: Hit[] = [];
  let waiting = 0;
  let asked = 0;
  const fitting = (words: string): Hit[] => {
    const found = all.filter((unit) => unit.name.toLowerCase().includes(words) || unit.code.toLowerCase().startsWith(words));
    found.sort((one, other) => one.name.length - other.name.length);
    return found.slice(0, SHOWN).map((unit) => ({
      text: `${unit.name} ${unit.code}`,
      kind: field.dataset.unit ?? "",
      take: (adds) => finding.unit(unit, adds),
    }));
  };
  const show = (found: Hit[]): void => {
    hits = found;
    list.replaceChildren(...found.map((hit) => entry(hit, take)));
  };
  const take = (hit: Hit | undefined, adds: boolean): void => {
    if (!hit) return;
    window.clearTimeout(waiting);
    asked += 1;
    show([]);
    hit.take(adds);
  };
  const ask = async (words: string, own: Hit[]): Promise<void> => {
    const order = ++asked;
    const customers = await finding.customers(words);
    if (order !== asked) return;
    const more = customers.map((customer) => ({
      text: `${customer.name} ${customer.code}`,
      kind: field.dataset.customer ?? "",
      take: () => finding.customer(customer),
    }));
    show([...own, ...more].slice(0, 2 * SHOWN));
  };
  field.addEventListener("input", () => {
    window.clearTimeout(waiting);
    asked += 1;
    const words = field.value.trim().toLowerCase();
    const own = words ? fitting(words) : [];
    show(own);
    if (words) waiting = window.setTimeout(() => void ask(words, own), PAUSE_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show([]);
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (hits.length) take(hits[0], event.shiftKey);
    else void ask(field.value.trim(), []).then(() => take(hits[0], event.shiftKey));
  });
}

function entry(hit: Hit, take: (hit: Hit, adds: boolean) => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "list-group-item list-group-item-action d-flex justify-content-between gap-2";
  const kind = document.createElement("span");
  kind.className = "text-secondary";
  kind.textContent = hit.kind;
  button.append(hit.text, kind);
  button.addEventListener("click", (event) => take(hit, event.shiftKey));
  return button;
}
