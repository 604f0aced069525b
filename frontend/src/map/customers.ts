// Customers as points that join when they are close: circles by MapLibre, their numbers as HTML (there are no glyphs).
import { Marker } from "maplibre-gl";
import type { FeatureCollection, Point } from "geojson";
import type { GeoJSONSource, Map as MapView, MapMouseEvent } from "maplibre-gl";
import { load } from "./contents";

export interface Customer {
  code: string;
  name: string;
  tier: string;
  url: string;
  unit: string;
  place: string;
  at: [number, number] | null;
}

interface Points extends FeatureCollection {
  missing: number;
}

const SOURCE = "customers";
const MARKED = 150;

export class CustomerPoints {
  private markers: Marker[] = [];
  private isShown = false;
  private readonly panel = document.getElementById("customer-panel");
  private readonly button = document.getElementById("map-customers");

  constructor(
    private readonly view: MapView,
    private readonly urls: DOMStringMap,
  ) {
    this.button?.addEventListener("click", () => void this.toggle());
    this.panel?.querySelector(".btn-close")?.addEventListener("click", () => this.close());
    this.view.on("idle", () => this.number());
    this.view.on("click", (event) => void this.clicked(event));
  }

  // Whether a click belongs to a point of customers rather than to the unit below it.
  has(event: MapMouseEvent): boolean {
    return this.isShown && this.view.queryRenderedFeatures(event.point, { layers: [SOURCE] }).length > 0;
  }

  async find(words: string): Promise<Customer[]> {
    if (!this.urls.find) return [];
    const address = `${this.urls.find}?${new URLSearchParams({ q: words }).toString()}`;
    return (await load<{ customers: Customer[] }>(address)).customers;
  }

  // One customer that was looked up: in the list, and on the map where it has a place.
  look(customer: Customer): void {
    this.list(customer.place, [customer], 1, customer.at === null);
    if (customer.at) this.view.flyTo({ center: customer.at, zoom: Math.max(this.view.getZoom(), 7.5), duration: 400 });
  }

  async showAt(unit: string, name: string): Promise<void> {
    const address = (this.urls.here ?? "").replace("__code__", encodeURIComponent(unit));
    const said = await load<{ count: number; customers: Customer[] }>(address);
    this.list(name, said.customers, said.count, false);
  }

  private async toggle(): Promise<void> {
    this.isShown = !this.isShown;
    this.button?.setAttribute("aria-pressed", String(this.isShown));
    if (this.isShown && !this.view.getSource(SOURCE)) await this.add();
    if (this.view.getLayer(SOURCE)) this.view.setLayoutProperty(SOURCE, "visibility", this.isShown ? "visible" : "none");
    this.view.getContainer().dataset.customers = String(this.isShown);
    this.number();
  }

  private async add(): Promise<void> {
    const data = await load<Points>(this.urls.points ?? "");
    this.view.addSource(SOURCE, {
      type: "geojson",
      data,
      cluster: true,
      clusterRadius: 44,
      clusterMaxZoom: 10,
      clusterProperties: { total: ["+", ["get", "count"]] },
    });
    const count = ["coalesce", ["get", "total"], ["get", "count"]];
    this.view.addLayer({
      id: SOURCE,
      type: "circle",
      source: SOURCE,
      paint: {
        "circle-color": "#1a2234",
        "circle-opacity": 0.85,
        "circle-stroke-color": "#ffffff",
        "circle-stroke-width": 1.5,
        "circle-radius": ["interpolate", ["linear"], ["log10", count as never], 0, 9, 4, 26],
      },
    });
    const note = document.querySelector<HTMLElement>("[data-slot=missing-customers]");
    if (note && data.missing) {
      note.hidden = false;
      const number = note.querySelector(".num");
      if (number) number.textContent = String(data.missing);
    }
  }

  private async clicked(event: MapMouseEvent): Promise<void> {
    if (!this.has(event)) return;
    const [hit] = this.view.queryRenderedFeatures(event.point, { layers: [SOURCE] });
    if (!hit) return;
    const centre = (hit.geometry as Point).coordinates as [number, number];
    if (hit.properties["cluster"]) {
      const source = this.view.getSource<GeoJSONSource>(SOURCE);
      const zoom = await source?.getClusterExpansionZoom(Number(hit.properties["cluster_id"]));
      this.view.easeTo({ center: centre, zoom: Math.min(zoom ?? 11, 11), duration: 400 });
      return;
    }
    await this.showAt(String(hit.properties["unit"]), String(hit.properties["name"]));
  }

  private number(): void {
    for (const marker of this.markers) marker.remove();
    this.markers = [];
    if (!this.isShown || !this.view.getLayer(SOURCE)) return;
    for (const hit of this.view.queryRenderedFeatures({ layers: [SOURCE] }).slice(0, MARKED)) {
      const element = document.createElement("span");
      element.className = "map-count";
      element.textContent = String(hit.properties["total"] ?? hit.properties["count"]);
      const at = (hit.geometry as Point).coordinates as [number, number];
      this.markers.push(new Marker({ element }).setLngLat(at).addTo(this.view));
    }
  }

  private list(place: string, customers: Customer[], count: number, isLost: boolean): void {
    const panel = this.panel;
    if (!panel) return;
    const title = panel.querySelector("[data-slot=place]");
    if (title) title.textContent = place;
    const number = panel.querySelector("[data-slot=count]");
    if (number) number.textContent = String(count);
    for (const part of panel.querySelectorAll<HTMLElement>("[data-lost]")) part.hidden = !isLost;
    panel.querySelector("ul")?.replaceChildren(
      ...customers.map((customer) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = customer.url;
        link.textContent = customer.name;
        item.append(link, ` ${customer.code} · ${customer.tier}`);
        return item;
      }),
    );
    panel.hidden = false;
  }

  private close(): void {
    if (this.panel) this.panel.hidden = true;
  }
}
