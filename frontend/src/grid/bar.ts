// The bar above the grid: the active cell exactly, what may be typed there, and the buttons.
import type { Changes } from "./changes";
import type { Place } from "./config";
import type { Dialogs } from "./dialogs";
import type { GridModel } from "./model";
import { ask, askPart } from "./server";
import type { GridTable, Spot } from "./table";

interface Outlook {
  interval: string;
  sentence: string;
}

const HINT_DELAY = 150;

export class Bar {
  private waiting = 0;

  constructor(
    private readonly model: GridModel,
    private readonly table: GridTable,
    private readonly changes: Changes,
    dialogs: Dialogs,
  ) {
    const rule = this.part<HTMLSelectElement>("rule");
    const reason = this.part<HTMLInputElement>("reason");
    changes.rule = () => rule?.value ?? "none";
    changes.takeReason = () => {
      const said = reason?.value ?? "";
      if (reason) reason.value = "";
      return said;
    };
    table.onActive = (spot) => this.show(spot);
    rule?.addEventListener("change", () => this.table.active && this.foresee(this.table.active));
    this.on("undo", () => void changes.step("undo"));
    this.on("redo", () => void changes.step("redo"));
    this.on("lock", () => {
      const spot = this.table.active;
      if (spot) dialogs.lock(this.label(spot), (said) => void changes.send("POST", "lock", { ...this.place(spot), ...said }));
    });
    this.on("why", () => void this.open("why"));
    this.on("locks", () => void this.open("locks"));
    this.on("comment", () => void this.open("comments"));
    this.hint = (said) => {
      this.stop();
      const line = this.part("hint");
      if (line) line.textContent = said;
    };
  }

  hint: (said: string) => void;

  /** Not on a phone, where the page shows plain lists. */
  get isShown(): boolean {
    return (this.part("hint")?.offsetParent ?? null) !== null;
  }

  part<T extends HTMLElement>(name: string): T | null {
    return document.querySelector<T>(`[data-grid="${name}"]`);
  }

  private on(name: string, press: () => void): void {
    this.part<HTMLButtonElement>(name)?.addEventListener("click", press);
  }

  private place(spot: Spot): Place {
    return this.model.place(spot.row, spot.column);
  }

  label(spot: Spot): string {
    return `${spot.row.name} · ${spot.column.name}`;
  }

  /** Shows the active cell again, as after a change. */
  refresh(): void {
    if (this.table.active) this.show(this.table.active, false);
  }

  private show(spot: Spot, foresee = true): void {
    const [label, exact] = [this.part("label"), this.part("exact")];
    const value = this.model.value(spot.row, spot.column);
    if (label) label.textContent = this.label(spot);
    if (exact) exact.textContent = value === undefined ? "" : this.table.drawing.precise(value);
    for (const name of ["lock", "why", "comment"]) {
      const button = this.part<HTMLButtonElement>(name);
      if (button) button.disabled = false;
    }
    if (foresee && this.model.config.editable) this.foresee(spot);
  }

  /** Says what may be typed, a moment after the cell was chosen. */
  private foresee(spot: Spot): void {
    this.stop();
    const asked = (this.waiting = window.setTimeout(async () => {
      const found = await ask<Outlook>(this.model.config.urls.outlook, { ...this.place(spot), rule: this.changes.rule() });
      const line = this.part("hint");
      if (found && line && this.waiting === asked) line.textContent = `${found.interval}${found.sentence}`;
    }, HINT_DELAY));
  }

  private stop(): void {
    window.clearTimeout(this.waiting);
    this.waiting = 0;
  }

  /** Opens a part of the page: why the active cell is what it is, what was said about it, or all locks. */
  async open(what: "why" | "comments" | "locks", scroll = true): Promise<void> {
    const target = document.getElementById("why");
    const spot = this.table.active;
    if (!target || (!spot && what !== "locks")) return;
    const place = spot ? this.place(spot) : {};
    target.innerHTML = await askPart(this.model.config.urls[what], place);
    if (scroll) target.scrollIntoView({ block: "nearest", behavior: "smooth" });
    for (const button of target.querySelectorAll<HTMLElement>("[data-unlock]")) {
      button.addEventListener("click", () => {
        void this.changes.send("POST", "unlock", { lock: Number(button.dataset["unlock"]) }).then(() => this.open(what));
      });
    }
    for (const form of target.querySelectorAll<HTMLFormElement>("form[data-comment]")) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const said = Object.fromEntries(new FormData(form)) as Record<string, string>;
        void this.changes.send("POST", "say", { ...place, ...said }).then((made) => (made ? this.open(what, false) : undefined));
      });
    }
  }
}
