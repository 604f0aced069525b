// The panel beside the map: one unit and its figures.
import { exactly, inWan, load } from "./contents";
import type { Territory, Unit, UnitDetail } from "./contents";

export class UnitPanel {
  private unit: Unit | null = null;

  constructor(
    private readonly panel: HTMLElement,
    private readonly address: string,
    closed: () => void,
    customers: (unit: Unit) => void,
  ) {
    panel.querySelector("[data-customers]")?.addEventListener("click", () => {
      if (this.unit) customers(this.unit);
    });
    panel.querySelector(".btn-close")?.addEventListener("click", () => {
      this.unit = null;
      this.panel.hidden = true;
      closed();
    });
  }

  // Writes the territory anew when the unit shown was moved.
  refresh(territoryOf: (unit: Unit) => Territory | undefined): void {
    const territory = this.unit && territoryOf(this.unit);
    if (territory) this.write("territory", territory.name);
    if (territory) this.write("owner", territory.owner);
  }

  // The value of the unit shown on the layer that is on.
  say(valueOf: (unit: Unit) => [string, string] | null): void {
    if (this.unit) this.writeValue(valueOf(this.unit));
  }

  private writeValue(said: [string, string] | null): void {
    this.write("layer", said ? said.join("：") : "");
  }

  async show(unit: Unit, territory: Territory, said: [string, string] | null): Promise<void> {
    this.unit = unit;
    this.writeValue(said);
    this.write("name", unit.name);
    this.write("place", "");
    this.write("territory", territory.name);
    this.write("owner", territory.owner);
    this.write("amount", inWan(unit.amount_fen), exactly(unit.amount_fen));
    this.write("customers", String(unit.customers));
    this.panel.hidden = false;
    const detail = await load<UnitDetail>(this.address.replace("__code__", encodeURIComponent(unit.code)));
    if (this.unit === unit) this.write("place", detail.place);
  }

  private write(slot: string, text: string, title = ""): void {
    const place = this.panel.querySelector<HTMLElement>(`[data-slot="${slot}"]`);
    if (!place) return;
    place.textContent = text;
    if (title) place.title = title;
  }
}
