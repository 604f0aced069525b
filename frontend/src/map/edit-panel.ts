// The panel beside the map of a draft: what the selection would change, and the steps that change it.
import { csrfToken, offline } from "../page/requests";
import { toast } from "../page/toast";
import { exactly, inWan, percent } from "./contents";
import type { Editing, Level, Step, Territory, Touched, WhatIf } from "./contents";
import type { Selection } from "./selection";

export interface EditActions {
  version: () => number;
  territories: () => Iterable<Territory>;
  made: (step: Step) => void;
  stale: () => Promise<void>;
}

type Fields = Record<string, string>;

export class EditPanel {
  private asked = 0;
  private waiting = 0;
  private readonly target: HTMLSelectElement;

  constructor(
    private readonly panel: HTMLElement,
    private readonly urls: DOMStringMap,
    private readonly selection: Selection,
    private readonly actions: EditActions,
  ) {
    this.target = panel.querySelector("select") as HTMLSelectElement;
    this.target.addEventListener("change", () => void this.ask());
    panel.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send(urls.move, this.chosen());
    });
    const on = (name: string, act: () => void): void => {
      for (const button of document.querySelectorAll<HTMLElement>(`[data-edit="${name}"]`)) {
        button.addEventListener("click", act);
      }
    };
    on("drop", () => selection.replace([]));
    on("lock", () => void this.send(urls.lock, { ...this.units(), locked: "1" }));
    on("unlock", () => void this.send(urls.lock, { ...this.units(), locked: "0" }));
    on("undo", () => void this.send(urls.undo, {}));
    on("redo", () => void this.send(urls.redo, {}));
  }

  lockTerritory(code: string, isLocked: boolean): Promise<void> {
    return this.send(this.urls.lock, { territory: code, locked: isLocked ? "1" : "0" });
  }

  // Waits until the pointer rests: a stroke of the brush changes the selection with every unit.
  changed(): void {
    window.clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => void this.ask(), 60);
  }

  receive(code: string): void {
    if (this.selection.size === 0 || ![...this.target.options].some((option) => option.value === code)) return;
    this.target.value = code;
    void this.ask();
  }

  show(editing: Partial<Editing>): void {
    for (const [name, may] of [["undo", editing.can_undo], ["redo", editing.can_redo]] as const) {
      for (const button of document.querySelectorAll<HTMLButtonElement>(`[data-edit="${name}"]`)) {
        button.disabled = !may;
      }
    }
  }

  async ask(): Promise<void> {
    const order = ++this.asked;
    if (this.selection.size === 0) {
      this.panel.hidden = true;
      this.panel.querySelector("tbody")?.replaceChildren();
      return;
    }
    this.panel.hidden = false;
    const answer = await this.post(this.urls.whatIf, this.chosen());
    if (order !== this.asked || !answer) return;
    if (!answer.ok) {
      toast(`${document.title}: ${answer.status}`);
      return;
    }
    const said = (await answer.json()) as WhatIf;
    if (order !== this.asked) return;
    this.offer(said);
    this.write(said);
  }

  // Territories that border on the selection first, the others after them in the order of the table.
  private offer(said: WhatIf): void {
    const kept = this.target.value;
    const all = [...this.actions.territories()];
    const near = said.near.map(({ code }) => code);
    const ranked = [
      ...near.flatMap((code) => all.filter((one) => one.code === code)),
      ...all.filter((one) => !near.includes(one.code)),
    ];
    const first = this.target.options[0] as HTMLOptionElement;
    this.target.replaceChildren(first, ...ranked.map((one) => new Option(`${one.name}（${one.region}）`, one.code)));
    this.target.value = kept;
  }

  private write(said: WhatIf): void {
    this.slot("count", String(this.selection.size));
    this.slot("amount", inWan(said.selected.amount));
    this.slot("customers", String(said.selected.customers));
    this.slot("message", said.warnings.join(" "));
    const apply = this.panel.querySelector<HTMLButtonElement>('button[type="submit"]');
    if (apply) apply.disabled = said.moved === 0;
    const body = this.panel.querySelector("tbody");
    body?.replaceChildren(...said.territories.flatMap((row) => rowsOf(row)));
    this.panel.dataset.answered = String(said.version);
  }

  private async send(url: string | undefined, fields: Fields): Promise<void> {
    const answer = await this.post(url, { ...fields, version: String(this.actions.version()) });
    if (!answer) return;
    const said = (await answer.json().catch(() => ({}))) as Partial<Step> & { message?: string };
    if (!answer.ok) {
      const text = said.message ?? `${document.title}: ${answer.status}`;
      if (said.version !== undefined && said.version !== this.actions.version()) await this.actions.stale();
      this.slot("message", text);
      toast(text);
      return;
    }
    const step = said as Step;
    this.actions.made(step);
    this.show(step);
    if (step.warnings.length) toast(step.warnings.join(" "));
    if (Object.keys(step.places).length) this.selection.replace([]);
    else this.changed();
  }

  private async post(url: string | undefined, fields: Fields): Promise<Response | null> {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    try {
      return await fetch(url ?? "", { method: "POST", body, headers, credentials: "same-origin" });
    } catch {
      toast(offline());
      return null;
    }
  }

  private units(): Fields {
    return { units: this.selection.codes.join("\n") };
  }

  private chosen(): Fields {
    return { ...this.units(), territory: this.target.value };
  }

  private slot(name: string, text: string): void {
    const place = this.panel.querySelector<HTMLElement>(`[data-slot="${name}"]`);
    if (place) place.textContent = text;
  }
}

function rowsOf(row: Touched): HTMLTableRowElement[] {
  return row.measures.map((measure, index) => {
    const line = document.createElement("tr");
    if (index === 0) {
      const head = cell("th", row.name);
      head.scope = "rowgroup";
      head.rowSpan = row.measures.length;
      line.append(head);
    }
    const say = measure.measure === "amount" ? inWan : String;
    const exact = measure.measure === "amount" ? exactly : String;
    const now = cell("td", say(measure.before.value), "text-end num");
    const then = cell("td", say(measure.after.value), "text-end num");
    now.title = exact(measure.before.value);
    then.title = exact(measure.after.value);
    line.append(cell("td", measure.label), now, then, deviation(measure.before, row), deviation(measure.after, row));
    return line;
  });
}

function deviation(level: Level, row: Touched): HTMLTableCellElement {
  const text = level.deviation_bp === null ? level.word : `${percent(level.deviation_bp)} ${level.word}`;
  const place = cell("td", text, `num what-if-${level.balance}`);
  if (level.deviation_bp !== null) place.prepend(bar(level.deviation_bp, row.tolerance_bp));
  return place;
}

// Load against the mean as a bar from the middle; the band is the tolerance, the ends are 50 %.
function bar(deviationBp: number, toleranceBp: number): SVGElement {
  const draw = (name: string, attributes: Record<string, number | string>): SVGElement => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    return made;
  };
  const width = Math.min(Math.abs(deviationBp), 5_000) / 10;
  const sheet = draw("svg", { class: "balance-bar", viewBox: "0 0 1000 60", preserveAspectRatio: "none" });
  sheet.setAttribute("aria-hidden", "true");
  sheet.append(
    draw("rect", { class: "balance-track", width: 1000, height: 60 }),
    draw("rect", { class: "balance-band", x: 500 - toleranceBp / 10, width: toleranceBp / 5, height: 60 }),
    draw("rect", { class: "balance-fill", x: 500 - (deviationBp < 0 ? width : 0), y: 12, width, height: 36 }),
    draw("rect", { class: "balance-mean", x: 497, width: 6, height: 60 }),
  );
  return sheet;
}

function cell(name: "th" | "td", text: string, className = ""): HTMLTableCellElement {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}
