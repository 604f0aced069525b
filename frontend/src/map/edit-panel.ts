// The panel beside the map of a draft: what the selection would change, and the steps that change it.
import { csrfToken, offline } from "../page/requests";
import { toast } from "../page/toast";
import { rowsOf } from "./before-after";
import type { Editing, Proposal, Step, Territory, WhatIf } from "./contents";
import type { Selection } from "./selection";

export interface EditActions {
  version: () => number;
  territories: () => Iterable<Territory>;
  made: (step: Step) => void;
  stale: () => Promise<void>;
  proposed: (places: Record<string, string>) => void;
}

type Fields = Record<string, string>;

export class EditPanel {
  private asked = 0;
  private proposal: Proposal | null = null;
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
    on("reoptimise", () => void this.propose());
    on("accept", () => void this.accept());
    on("refuse", () => {
      this.forget();
      this.changed();
    });
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
    this.forget();
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

  // A better division of the territories that hold the selection; shown before anything is written.
  private async propose(): Promise<void> {
    window.clearTimeout(this.waiting);
    const order = ++this.asked;
    this.forget();
    this.panel.setAttribute("aria-busy", "true");
    const keep = this.panel.querySelector<HTMLInputElement>("#reoptimise-keep")?.checked === false ? "0" : "1";
    const answer = await this.post(this.urls.reoptimise, { ...this.units(), keep });
    this.panel.removeAttribute("aria-busy");
    if (order !== this.asked || !answer) return;
    const said = (await answer.json().catch(() => ({}))) as Partial<Proposal> & { message?: string };
    if (!answer.ok || !said.places || !said.territories) {
      this.slot("message", said.message ?? `${document.title}: ${answer.status}`);
      return;
    }
    this.proposal = said as Proposal;
    const count = Object.keys(said.places).length;
    this.slot("proposed", String(count));
    this.panel.querySelector("tbody")?.replaceChildren(...said.territories.flatMap((row) => rowsOf(row)));
    for (const part of this.panel.querySelectorAll<HTMLElement>("[data-proposal]")) {
      part.hidden = (part.dataset.proposal === "some") !== count > 0;
    }
    this.slot("message", "");
    this.actions.proposed(said.places);
  }

  private async accept(): Promise<void> {
    if (!this.proposal) return;
    const places = Object.entries(this.proposal.places).map((pair) => pair.join("\t")).join("\n");
    await this.send(this.urls.rearrange, { places });
  }

  private forget(): void {
    if (!this.proposal) return;
    this.proposal = null;
    for (const part of this.panel.querySelectorAll<HTMLElement>("[data-proposal]")) part.hidden = true;
    this.actions.proposed({});
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
    this.slot("told", said.told.map(({ label, shown }) => `${label} ${shown}`).join(" · "));
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
    if (step.is_redrawn) {
      // Units came or went: their shapes are not here.
      window.location.reload();
      return;
    }
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
