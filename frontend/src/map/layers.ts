// Thematic layers: units or territories in classes of a figure, with a legend and the most striking places.
import { load } from "./contents";
import type { Unit } from "./contents";

interface Striking {
  code: string;
  name: string;
  text: string;
}

interface Layer {
  id: string;
  label: string;
  grain: "unit" | "territory";
  classes: { colour: string; text: string }[];
  unknown: string;
  day: string;
  values: Record<string, [number, string]>;
  estimated: string[];
  high: Striking[];
  low: Striking[];
}

export class Layers {
  private current: Layer | null = null;
  private asked = 0;
  private readonly field = document.getElementById("map-layer") as HTMLSelectElement | null;
  private readonly legend = document.getElementById("map-legend");

  constructor(
    private readonly urls: DOMStringMap,
    private readonly changed: () => void,
    private readonly fly: (code: string, grain: "unit" | "territory") => void,
  ) {
    this.field?.addEventListener("change", () => void this.choose(this.field?.value ?? ""));
    void this.offer();
  }

  get isOn(): boolean {
    return this.current !== null;
  }

  // Of a unit on the layer that is on.
  colourOf(unit: Unit): string {
    const value = this.valueOf(unit);
    return (value && this.current?.classes[value[0]]?.colour) ?? this.current?.unknown ?? "#e5e5e5";
  }

  // Name and value for the panel of a unit; empty without a layer.
  sayOf(unit: Unit): [string, string] | null {
    if (!this.current) return null;
    const isEstimated = this.current.estimated.includes(unit.code) ? (this.legend?.dataset.estimated ?? "") : "";
    return [this.current.label, `${this.valueOf(unit)?.[1] ?? this.legend?.dataset.none ?? "—"} ${isEstimated}`.trim()];
  }

  // A step on the draft changes what a territory holds: the layer is asked again.
  async refresh(): Promise<void> {
    if (this.current) await this.choose(this.current.id);
  }

  private valueOf(unit: Unit): [number, string] | undefined {
    return this.current?.values[this.current.grain === "unit" ? unit.code : unit.territory];
  }

  private async offer(): Promise<void> {
    const choices = await load<{ id: string; label: string }[]>(this.urls.layers ?? "");
    this.field?.append(...choices.map(({ id, label }) => new Option(label, id)));
  }

  private async choose(id: string): Promise<void> {
    const order = ++this.asked;
    const address = (this.urls.layer ?? "").replace("__name__", encodeURIComponent(id));
    const layer = id ? await load<Layer>(address) : null;
    if (order !== this.asked) return;
    this.current = layer;
    this.write();
    this.changed();
  }

  private write(): void {
    const layer = this.current;
    const plain = this.legend?.querySelector<HTMLElement>("[data-legend=territories]");
    if (plain) plain.hidden = layer !== null;
    for (const old of this.legend?.querySelectorAll("[data-class]") ?? []) old.remove();
    const keys = layer ? [...layer.classes.map(({ colour, text }) => key(colour, text))] : [];
    if (layer) keys.push(key(layer.unknown, this.legend?.dataset.none ?? ""));
    this.legend?.prepend(...keys);
    for (const name of ["high", "low"] as const) {
      const place = document.querySelector<HTMLElement>(`[data-striking="${name}"]`);
      if (!place) continue;
      const rows = layer?.[name] ?? [];
      place.hidden = rows.length === 0;
      place.querySelector("ol")?.replaceChildren(...rows.map((row) => this.line(row, layer?.grain ?? "unit")));
      const title = place.querySelector("[data-slot=label]");
      if (title && layer) title.textContent = layer.label;
    }
    document.getElementById("territory-map")?.setAttribute("data-shown-layer", layer?.id ?? "");
  }

  private line(row: Striking, grain: "unit" | "territory"): HTMLLIElement {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-link p-0 align-baseline";
    button.textContent = row.name;
    button.addEventListener("click", () => this.fly(row.code, grain));
    const text = document.createElement("span");
    text.className = "num text-secondary";
    text.textContent = ` ${row.text}`;
    item.append(button, text);
    return item;
  }
}

function key(colour: string, text: string): HTMLSpanElement {
  const place = document.createElement("span");
  place.dataset.class = text;
  const square = document.createElement("span");
  square.className = "map-key";
  square.style.backgroundColor = colour;
  place.append(square, text);
  return place;
}
