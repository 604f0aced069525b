// MapLibre over local GeoJSON: no tiles, no glyphs, no foreign service. Labels are HTML markers.
import "maplibre-gl/dist/maplibre-gl.css";
import { LngLatBounds, Map as MapView, Marker, NavigationControl, setWorkerUrl } from "maplibre-gl";
import type { Feature, FeatureCollection, Geometry, Polygon } from "geojson";
import type { ExpressionSpecification, GeoJSONSource, MapMouseEvent } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { load } from "./contents";
import type { Contents, Moved, Territory, Unit } from "./contents";
import { onHover, paintTable, select, updateRow } from "./load-table";
import { colourOf } from "./palette";
import { UnitPanel } from "./unit-panel";

setWorkerUrl(workerUrl);

interface Outlines extends FeatureCollection {
  features: Feature<Geometry, { code: string; label_at: [number, number] }>[];
}

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
  paintTable(contents.territories);
  page.draw(boundaries, backdrop);
}

class TerritoryMap {
  private readonly view: MapView;
  private readonly units: Map<string, Unit>;
  private readonly territories: Map<string, Territory>;
  private readonly panel: UnitPanel;
  private markers: Marker[] = [];
  private version: number;

  constructor(
    private readonly canvas: HTMLElement,
    private readonly contents: Contents,
    private outlines: Outlines,
  ) {
    this.version = contents.version;
    this.units = new Map(contents.units.map((unit) => [unit.code, unit]));
    this.territories = new Map(contents.territories.map((territory) => [territory.code, territory]));
    this.view = new MapView({
      container: canvas,
      style: { version: 8, sources: {}, layers: [] },
      bounds: extent(outlines),
      fitBoundsOptions: { padding: 24 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 11,
      renderWorldCopies: false,
    });
    this.view.touchZoomRotate.disableRotation();
    this.view.addControl(new NavigationControl({ showCompass: false }));
    const element = document.getElementById("unit-panel") as HTMLElement;
    this.panel = new UnitPanel(
      element,
      { unit: canvas.dataset.unit ?? "", move: canvas.dataset.move },
      {
        version: () => this.version,
        moved: (answer) => void this.moved(answer),
        refused: () => undefined,
        closed: () => this.highlight(null),
      },
    );
  }

  draw(boundaries: FeatureCollection, backdrop: FeatureCollection): void {
    this.view.on("load", () => {
      this.view.addSource("units", { type: "geojson", data: boundaries, promoteId: "code" });
      this.view.addSource("outlines", { type: "geojson", data: this.outlines, promoteId: "code" });
      this.view.addSource("backdrop", { type: "geojson", data: backdrop });
      this.addLayers();
      this.label();
      this.listen();
      this.canvas.dataset.ready = "true";
    });
  }

  private addLayers(): void {
    this.view.addLayer({
      id: "country",
      type: "fill",
      source: "backdrop",
      filter: ["!", ["get", "line"]],
      paint: { "fill-color": "#e9edf2", "fill-outline-color": "#b8c1cc" },
    });
    this.view.addLayer({
      id: "units",
      type: "fill",
      source: "units",
      paint: { "fill-color": this.fill(), "fill-opacity": 0.75 },
    });
    this.view.addLayer({
      id: "unit-lines",
      type: "line",
      source: "units",
      minzoom: 4,
      paint: { "line-color": "#ffffff", "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.2, 8, 1] },
    });
    this.view.addLayer({
      id: "changed",
      type: "line",
      source: "units",
      filter: this.changed(),
      paint: { "line-color": "#b30000", "line-width": 2, "line-dasharray": [2, 1] },
    });
    this.view.addLayer({
      id: "outlines",
      type: "line",
      source: "outlines",
      paint: { "line-color": "#33415c", "line-width": ["interpolate", ["linear"], ["zoom"], 3, 0.6, 8, 2] },
    });
    this.view.addLayer({
      id: "national-lines",
      type: "line",
      source: "backdrop",
      filter: ["get", "line"],
      paint: { "line-color": "#5c677d", "line-width": 1 },
    });
    this.view.addLayer({
      id: "hover",
      type: "line",
      source: "outlines",
      filter: ["==", ["get", "code"], ""],
      paint: { "line-color": "#001845", "line-width": 3.5 },
    });
    this.view.addLayer({
      id: "selected",
      type: "line",
      source: "units",
      filter: ["==", ["get", "code"], ""],
      paint: { "line-color": "#000000", "line-width": 2.5 },
    });
  }

  private listen(): void {
    this.view.on("click", "units", (event: MapMouseEvent & { features?: Feature[] }) => {
      const code = String(event.features?.[0]?.properties?.["code"] ?? "");
      const unit = this.units.get(code);
      const territory = unit && this.territories.get(unit.territory);
      if (!unit || !territory) return;
      this.highlight(unit.code);
      select(territory.code);
      void this.panel.show(unit, territory);
    });
    this.view.on("mouseenter", "units", () => (this.view.getCanvas().style.cursor = "pointer"));
    this.view.on("mouseleave", "units", () => (this.view.getCanvas().style.cursor = ""));
    this.view.on("zoomend", () => this.showLabels());
    onHover((code) => this.view.setFilter("hover", ["==", ["get", "code"], code ?? ""]));
  }

  private async moved(answer: Moved): Promise<void> {
    this.version = answer.version;
    for (const field of document.querySelectorAll<HTMLInputElement>("[data-version]")) {
      field.value = String(answer.version);
    }
    for (const after of answer.after) {
      const territory = this.territories.get(after.code);
      if (!territory) continue;
      Object.assign(territory, after, { colour: territory.colour });
      updateRow(territory);
    }
    const unit = this.units.get(answer.unit);
    if (unit) unit.territory = answer.territory;
    this.contents.changed = answer.changed;
    this.view.setPaintProperty("units", "fill-color", this.fill());
    this.view.setFilter("changed", this.changed());
    const territory = this.territories.get(answer.territory);
    if (unit && territory) await this.panel.show(unit, territory);
    const touched = answer.after.map((after) => after.code);
    const query = new URLSearchParams(touched.map((code) => ["territory", code]));
    const fresh = await load<Outlines>(`${this.canvas.dataset.outlines ?? ""}?${query.toString()}`);
    const kept = this.outlines.features.filter((feature) => !touched.includes(feature.properties.code));
    this.outlines = { ...this.outlines, features: [...kept, ...fresh.features] };
    this.view.getSource<GeoJSONSource>("outlines")?.setData(this.outlines);
    this.label();
  }

  private highlight(code: string | null): void {
    this.view.setFilter("selected", ["==", ["get", "code"], code ?? ""]);
    if (code === null) select(null);
  }

  private fill(): ExpressionSpecification {
    const pairs = [...this.units.values()].flatMap((unit) => [
      unit.code,
      colourOf(this.territories.get(unit.territory)?.colour ?? 0),
    ]);
    return ["match", ["get", "code"], ...pairs, "#e5e5e5"] as unknown as ExpressionSpecification;
  }

  private changed(): ExpressionSpecification {
    return ["in", ["get", "code"], ["literal", this.contents.changed]];
  }

  private label(): void {
    for (const marker of this.markers) marker.remove();
    this.markers = this.outlines.features.map((feature) => {
      const element = document.createElement("span");
      element.className = "map-label";
      element.textContent = this.territories.get(feature.properties.code)?.name ?? "";
      return new Marker({ element }).setLngLat(feature.properties.label_at).addTo(this.view);
    });
    this.showLabels();
  }

  private showLabels(): void {
    const wanted = this.markers.length <= 25 || this.view.getZoom() >= 5.5;
    this.canvas.classList.toggle("hides-labels", !wanted);
  }
}

function extent(outlines: Outlines): LngLatBounds {
  const bounds = new LngLatBounds();
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === "number") bounds.extend([part[0], part[1] as number]);
    else part.forEach(visit);
  };
  for (const feature of outlines.features) visit((feature.geometry as Polygon).coordinates);
  return bounds.isEmpty() ? new LngLatBounds([73, 18], [135, 54]) : bounds;
}
