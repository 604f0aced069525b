// The panel beside the map: one unit, its figures, and in a draft the territories it can go to.
import { csrfToken } from "../page/requests";
import { exactly, inWan, load } from "./contents";
import type { Moved, Territory, Unit, UnitDetail } from "./contents";

export interface PanelActions {
  version: () => number;
  moved: (answer: Moved) => void;
  refused: () => void;
  closed: () => void;
}

export class UnitPanel {
  private unit: Unit | null = null;

  constructor(
    private readonly panel: HTMLElement,
    private readonly urls: { unit: string; move: string | undefined },
    private readonly actions: PanelActions,
  ) {
    panel.querySelector(".btn-close")?.addEventListener("click", () => this.close());
    panel.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.move();
    });
  }

  async show(unit: Unit, territory: Territory): Promise<void> {
    this.unit = unit;
    this.write("name", unit.name);
    this.write("place", "");
    this.write("territory", territory.name);
    this.write("owner", territory.owner);
    this.write("amount", inWan(unit.amount_fen), exactly(unit.amount_fen));
    this.write("customers", String(unit.customers));
    this.write("message", "");
    this.panel.hidden = false;
    const detail = await load<UnitDetail>(this.urls.unit.replace("__code__", encodeURIComponent(unit.code)));
    if (this.unit !== unit) return;
    this.write("place", detail.place);
    const select = this.panel.querySelector("select");
    select?.replaceChildren(...detail.choices.map((choice) => new Option(choice.name, choice.code)));
  }

  close(): void {
    this.unit = null;
    this.panel.hidden = true;
    this.actions.closed();
  }

  private async move(): Promise<void> {
    const select = this.panel.querySelector("select");
    if (!this.unit || !select?.value || !this.urls.move) return;
    const body = new FormData();
    body.set("unit", this.unit.code);
    body.set("territory", select.value);
    body.set("version", String(this.actions.version()));
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    const answer = await fetch(this.urls.move, { method: "POST", body, headers, credentials: "same-origin" });
    const said = (await answer.json().catch(() => ({}))) as Partial<Moved> & { message?: string };
    if (!answer.ok) {
      this.write("message", said.message ?? `${answer.status}`);
      this.actions.refused();
      return;
    }
    const moved = said as Moved;
    this.actions.moved(moved);
    this.write("message", moved.warnings.join(" "));
  }

  private write(slot: string, text: string, title = ""): void {
    const place = this.panel.querySelector<HTMLElement>(`[data-slot="${slot}"]`);
    if (!place) return;
    place.textContent = text;
    if (title) place.title = title;
  }
}
