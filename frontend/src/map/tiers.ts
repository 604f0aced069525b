// The org levels above the territories: outlines, colours and a table of their own; a click goes into one of them.
import type { Feature, FeatureCollection, Geometry } from "geojson";
import { load } from "./contents";
import { colourOf } from "./palette";

export interface Outlines extends FeatureCollection {
  features: Feature<Geometry, { code: string; label_at: [number, number] }>[];
}

interface Group {
  code: string;
  name: string;
  colour: number;
  territories: string[];
}

interface Tier {
  groups: Group[];
  outlines: Outlines;
  table: string;
}

export class Tiers {
  private current: Tier | null = null;
  private groupOf = new Map<string, Group>();
  private asked = 0;
  private readonly table = document.getElementById("tier-table");
  private readonly buttons = [...document.querySelectorAll<HTMLElement>("button[data-tier]")];

  constructor(
    private readonly urls: DOMStringMap,
    private readonly changed: () => void,
    private readonly fly: (outlines: Outlines) => void,
  ) {
    for (const button of this.buttons) button.addEventListener("click", () => void this.use(button.dataset.tier ?? ""));
  }

  get outlines(): Outlines | null {
    return this.current?.outlines ?? null;
  }

  // The colour of the org unit a territory lies in.
  colourOf(territory: string): string {
    const group = this.groupOf.get(territory);
    return group ? colourOf(group.colour) : "#e5e5e5";
  }

  nameOf(code: string): string {
    return this.current?.groups.find((group) => group.code === code)?.name ?? "";
  }

  // A click on a territory goes into the org unit it lies in: closer, and one level down.
  enter(territory: string): boolean {
    const group = this.groupOf.get(territory);
    if (!this.current || !group) return false;
    this.show(group.code);
    const at = this.buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
    const below = this.buttons[at + 1] ?? this.buttons[this.buttons.length - 1];
    void this.use(below?.dataset.tier ?? "");
    return true;
  }

  async refresh(): Promise<void> {
    const at = this.buttons.find((button) => button.getAttribute("aria-pressed") === "true");
    if (this.current && at) await this.use(at.dataset.tier ?? "");
  }

  private show(code: string): void {
    const own = this.current?.outlines.features.filter((feature) => feature.properties.code === code) ?? [];
    if (own.length) this.fly({ type: "FeatureCollection", features: own });
  }

  private async use(kind: string): Promise<void> {
    const order = ++this.asked;
    const tier = kind ? await load<Tier>((this.urls.levels ?? "").replace("__kind__", kind)) : null;
    if (order !== this.asked) return;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String((button.dataset.tier ?? "") === kind));
    this.current = tier;
    this.groupOf = new Map(tier?.groups.flatMap((group) => group.territories.map((code) => [code, group])) ?? []);
    const page = new DOMParser().parseFromString(tier?.table ?? "", "text/html");
    this.table?.replaceChildren(...page.body.childNodes);
    for (const row of this.table?.querySelectorAll<HTMLElement>("tr[data-group]") ?? []) {
      const group = tier?.groups.find(({ code }) => code === row.dataset.group);
      const swatch = row.querySelector<HTMLElement>(".swatch");
      if (swatch && group) swatch.style.backgroundColor = colourOf(group.colour);
      row.addEventListener("click", () => this.show(row.dataset.group ?? ""));
    }
    document.getElementById("territory-table")?.toggleAttribute("hidden", tier !== null);
    document.getElementById("territory-map")?.setAttribute("data-level", kind);
    this.changed();
  }
}
