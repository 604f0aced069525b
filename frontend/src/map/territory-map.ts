// MapLibre over local GeoJSON: no tiles, no glyphs, no foreign service. Labels are HTML markers.
import "maplibre-gl/dist/maplibre-gl.css";
import { Map as MapView, Marker, NavigationControl, setWorkerUrl } from "maplibre-gl";
import type { Feature, FeatureCollection } from "geojson";
import type { ExpressionSpecification, GeoJSONSource, MapMouseEvent } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { load } from "./contents";
import type { Contents, Editing, Step, Territory, Unit } from "./contents";
import { CustomerPoints } from "./customers";
import { addLayers, extent } from "./drawing";
import { EditPanel } from "./edit-panel";
import { Layers } from "./layers";
import { onHover, onLock, onMeasure, onPick, paintTable, refreshChanges, select, showLocks, updateRow } from "./load-table";
import { showMarks } from "./marks";
import { colourOf } from "./palette";
import { startSearch } from "./search";
import { Selection } from "./selection";
import { Tools } from "./tools";
import { Tiers } from "./tiers";
import type { Outlines } from "./tiers";
import { UnitPanel } from "./unit-panel";

setWorkerUrl(workerUrl);

export async function startTerritoryMap(canvas: HTMLElement): Promise<void> {
  const urls = canvas.dataset;
  const [contents, boundaries, outlines, backdrop] = await Promise.all([
    load<Contents>(urls.contents ?? ""),
    load<FeatureCollection>(urls.boundaries ?? ""),
    load<Outlines>(urls.outlines ?? ""),
    load<FeatureCollection>(urls.backdrop ?? ""),
  ]);
  canvas.replaceChildren();
  const page = new TerritoryMap(canvas, contents, outlines);
  page.draw(boundaries, backdrop);
}

class TerritoryMap {
  private readonly view: MapView;
  private readonly panel: UnitPanel;
  private readonly selection = new Selection(() => this.chosen());
  private readonly editing: EditPanel | null = null;
  private units = new Map<string, Unit>();
  private territories = new Map<string, Territory>();
  private held = new Map<string, string>();
  private locked = new Set<string>();
  private markers: Marker[] = [];
  private tools: Tools | null = null;
  private readonly layers: Layers;
  private readonly tiers: Tiers;
  private readonly customers: CustomerPoints;
  private boundaries: FeatureCollection = { type: "FeatureCollection", features: [] };
  private version = 0;

  constructor(
    private readonly canvas: HTMLElement,
    contents: Contents,
    private outlines: Outlines,
  ) {
    this.view = new MapView({
      container: canvas,
      style: { version: 8, sources: {}, layers: [] },
      bounds: extent(outlines),
      fitBoundsOptions: { padding: 24 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      boxZoom: false,
      maxZoom: 11,
      renderWorldCopies: false,
    });
    this.view.touchZoomRotate.disableRotation();
    this.view.addControl(new NavigationControl({ showCompass: false }));
    const element = document.getElementById("unit-panel") as HTMLElement;
    const close = (): void => this.selection.replace([]);
    this.panel = new UnitPanel(element, canvas.dataset.unit ?? "", close, ({ code, name }) => void this.customers.showAt(code, name));
    const panel = document.getElementById("edit-panel");
    if (panel && canvas.dataset.move) {
      this.editing = new EditPanel(panel, canvas.dataset, this.selection, {
        version: () => this.version,
        territories: () => this.territories.values(),
        made: (step) => void this.made(step),
        stale: () => this.reload(),
        proposed: (places) => this.propose(places),
      });
    }
    this.layers = new Layers(canvas.dataset, () => this.painted(), (code, grain) => this.fly(code, grain));
    this.tiers = new Tiers(canvas.dataset, () => this.painted(), (around) => this.fit(around, 40));
    this.customers = new CustomerPoints(this.view, canvas.dataset);
    this.take(contents);
  }

  private take(contents: Contents): void {
    this.version = contents.version;
    this.units = new Map(contents.units.map((unit) => [unit.code, unit]));
    this.territories = new Map(contents.territories.map((territory) => [territory.code, territory]));
    this.held = new Map(contents.units.map(({ code, territory }) => [code, contents.changed[code] ?? territory]));
    this.editing?.show(contents);
    this.lock(contents);
    paintTable(contents.territories);
  }

  private lock(editing: Partial<Editing>): void {
    this.locked = new Set(editing.locked_units ?? []);
    showLocks(new Set(editing.locked_territories ?? []));
  }

  draw(boundaries: FeatureCollection, backdrop: FeatureCollection): void {
    this.boundaries = boundaries;
    this.view.on("load", () => {
      this.view.addSource("units", { type: "geojson", data: boundaries, promoteId: "code" });
      this.view.addSource("outlines", { type: "geojson", data: this.outlines, promoteId: "code" });
      this.view.addSource("backdrop", { type: "geojson", data: backdrop });
      addLayers(this.view, { fill: this.fill(), changed: this.changed(), locked: this.lockedFilter() });
      this.label();
      this.listen(boundaries);
      if (this.canvas.dataset.marks) void showMarks(this.view, this.canvas);
      this.canvas.dataset.ready = "true";
    });
  }

  private listen(boundaries: FeatureCollection): void {
    this.view.on("click", "units", (event: MapMouseEvent & { features?: Feature[] }) => {
      const unit = this.units.get(String(event.features?.[0]?.properties?.["code"] ?? ""));
      if (!unit || this.tools?.isClick === false || this.customers.has(event)) return;
      if (this.tiers.enter(unit.territory)) return;
      if (this.editing && event.originalEvent.shiftKey) this.selection.toggle(unit.code);
      else this.selection.replace([unit.code]);
      this.look(unit);
    });
    this.view.on("mouseenter", "units", () => (this.view.getCanvas().style.cursor = "pointer"));
    this.view.on("mouseleave", "units", () => (this.view.getCanvas().style.cursor = ""));
    this.view.on("zoomend", () => this.showLabels());
    onHover((code) => this.view.setFilter("hover", ["==", ["get", "code"], code ?? ""]));
    onPick((code) => this.pick(code));
    onMeasure(() => this.territories.values());
    const field = document.getElementById("map-search") as HTMLInputElement | null;
    if (field) {
      startSearch(field, this.units.values(), {
        unit: (unit, adds) => this.find(unit, adds),
        customers: (words) => this.customers.find(words),
        customer: (customer) => {
          const unit = this.units.get(customer.unit);
          if (unit) this.find(unit, false);
          this.customers.look(customer);
        },
      });
    }
    for (const button of document.querySelectorAll<HTMLElement>("[data-fly]")) {
      button.addEventListener("click", () => this.fly(button.dataset.fly ?? "", "territory"));
    }
    if (!this.editing) return;
    const buttons = [...document.querySelectorAll<HTMLElement>("[data-tool]")];
    this.tools = new Tools(this.view, this.selection, boundaries, buttons);
    this.tools.use("click");
    onLock((code, isLocked) => void this.editing?.lockTerritory(code, isLocked));
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  private look(unit: Unit): void {
    const territory = this.territories.get(unit.territory);
    if (!territory) return;
    select(territory.code);
    void this.panel.show(unit, territory, this.layers.sayOf(unit));
  }

  // A place named in a list of hot spots.
  private fly(code: string, grain: "unit" | "territory"): void {
    const unit = this.units.get(code);
    if (grain === "unit" && unit) this.find(unit, false);
    else this.pick(code);
    if (!window.matchMedia("(min-width: 1100px)").matches) this.canvas.scrollIntoView({ block: "center" });
  }

  private fit(around: Outlines, padding: number, maxZoom = 11): void {
    if (around.features.length) this.view.fitBounds(extent(around), { padding, maxZoom, duration: 400 });
  }

  // Another layer or level: colours, outlines and labels anew.
  private painted(): void {
    if (!this.view.getLayer("units")) return;
    this.view.setPaintProperty("units", "fill-color", this.fill());
    this.view.getSource<GeoJSONSource>("outlines")?.setData(this.tiers.outlines ?? this.outlines);
    this.view.setFilter("hover", ["==", ["get", "code"], ""]);
    this.panel.say((unit) => this.layers.sayOf(unit));
    this.label();
  }

  // A territory chosen in the table: shown whole; it receives the selection when there is one.
  private pick(code: string): void {
    select(code);
    this.view.setFilter("hover", ["==", ["get", "code"], code]);
    const own = this.outlines.features.filter((feature) => feature.properties.code === code);
    if (this.selection.size === 0) this.fit({ ...this.outlines, features: own }, 60);
    this.editing?.receive(code);
  }

  private find(unit: Unit, adds: boolean): void {
    if (this.editing && adds) this.selection.add([unit.code]);
    else this.selection.replace([unit.code]);
    this.look(unit);
    const own = this.boundaries.features.filter((feature) => feature.properties?.["code"] === unit.code);
    this.fit({ ...this.boundaries, features: own } as Outlines, 160, 7.5);
  }

  private pressed(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (target.matches("input, select, textarea")) return;
    if (event.key === "Escape") this.selection.replace([]);
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    document.querySelector<HTMLElement>(`[data-edit="${event.shiftKey ? "redo" : "undo"}"]`)?.click();
  }

  private chosen(): void {
    const codes = this.selection.codes;
    for (const layer of ["selected", "chosen"]) {
      this.view.setFilter(layer, ["in", ["get", "code"], ["literal", codes]]);
    }
    if (codes.length === 0) select(null);
    this.canvas.dataset.selected = String(codes.length);
    this.editing?.changed();
  }

  // The units a proposal would move, in the colour of the territory that would take them.
  private propose(places: Record<string, string>): void {
    const codes = Object.keys(places);
    this.view.setFilter("proposed", ["in", ["get", "code"], ["literal", codes]]);
    if (codes.length) this.view.setPaintProperty("proposed", "fill-color", this.fill(places));
    this.canvas.dataset.proposed = String(codes.length);
  }

  private async reload(): Promise<void> {
    this.take(await load<Contents>(this.canvas.dataset.contents ?? ""));
    for (const territory of this.territories.values()) updateRow(territory);
    await this.repaint([...this.territories.keys()]);
  }

  private async made(step: Step): Promise<void> {
    this.version = step.version;
    this.lock(step);
    for (const now of step.territories) {
      const before = this.territories.get(now.code);
      this.territories.set(now.code, now);
      if (before && JSON.stringify({ ...before, colour: 0 }) !== JSON.stringify({ ...now, colour: 0 })) updateRow(now);
    }
    paintTable(this.territories.values());
    const touched = new Set<string>();
    for (const [code, territory] of Object.entries(step.places)) {
      const unit = this.units.get(code);
      if (!unit) continue;
      touched.add(unit.territory).add(territory);
      unit.territory = territory;
    }
    this.panel.refresh((unit) => this.territories.get(unit.territory));
    await this.repaint([...touched]);
  }

  private async repaint(touched: string[]): Promise<void> {
    for (const field of document.querySelectorAll<HTMLInputElement>("[data-version]")) {
      field.value = String(this.version);
    }
    await Promise.all([this.layers.refresh(), this.tiers.refresh()]);
    this.view.setPaintProperty("units", "fill-color", this.fill());
    this.view.setFilter("changed", this.changed());
    this.view.setFilter("locked", this.lockedFilter());
    if (touched.length) await this.redraw(touched);
    this.canvas.dataset.painted = String(this.version);
  }

  private async redraw(touched: string[]): Promise<void> {
    await refreshChanges();
    const query = new URLSearchParams(touched.map((code) => ["territory", code]));
    const fresh = await load<Outlines>(`${this.canvas.dataset.outlines ?? ""}?${query.toString()}`);
    const kept = this.outlines.features.filter((feature) => !touched.includes(feature.properties.code));
    this.outlines = { ...this.outlines, features: [...kept, ...fresh.features] };
    this.view.getSource<GeoJSONSource>("outlines")?.setData(this.tiers.outlines ?? this.outlines);
    this.label();
  }

  private fill(proposed: Record<string, string> = {}): ExpressionSpecification {
    const pairs = [...this.units.values()].flatMap((unit) => [
      unit.code,
      this.colour(unit, proposed[unit.code]),
    ]);
    return ["match", ["get", "code"], ...pairs, "#e5e5e5"] as unknown as ExpressionSpecification;
  }

  private colour(unit: Unit, proposed?: string): string {
    if (!proposed && this.layers.isOn) return this.layers.colourOf(unit);
    if (!proposed && this.tiers.outlines) return this.tiers.colourOf(unit.territory);
    return colourOf(this.territories.get(proposed ?? unit.territory)?.colour ?? 0);
  }

  private changed(): ExpressionSpecification {
    const moved = [...this.units.values()].filter(({ code, territory }) => this.held.get(code) !== territory);
    return ["in", ["get", "code"], ["literal", moved.map(({ code }) => code)]];
  }

  // Locked are the units locked by themselves; a locked territory is marked in the table.
  private lockedFilter(): ExpressionSpecification {
    return ["in", ["get", "code"], ["literal", [...this.locked]]];
  }

  private label(): void {
    for (const marker of this.markers) marker.remove();
    this.markers = (this.tiers.outlines ?? this.outlines).features.map((feature) => {
      const element = document.createElement("span");
      element.className = "map-label";
      const code = feature.properties.code;
      element.textContent = this.tiers.outlines ? this.tiers.nameOf(code) : (this.territories.get(code)?.name ?? "");
      return new Marker({ element }).setLngLat(feature.properties.label_at).addTo(this.view);
    });
    this.showLabels();
  }

  private showLabels(): void {
    const wanted = this.markers.length <= 25 || this.view.getZoom() >= 5.5;
    this.canvas.classList.toggle("hides-labels", !wanted);
  }
}
