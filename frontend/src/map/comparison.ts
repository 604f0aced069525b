// The maps of a comparison. Units outside the territory they have in the first alignment are outlined.
import "maplibre-gl/dist/maplibre-gl.css";
import { Map as MapView, Marker, setWorkerUrl } from "maplibre-gl";
import type { Feature, FeatureCollection } from "geojson";
import type { ExpressionSpecification, MapMouseEvent } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { load } from "./contents";
import type { Contents } from "./contents";
import { addLayers, extent } from "./drawing";
import { showMarks } from "./marks";
import { colourOf } from "./palette";
import type { Outlines } from "./tiers";

setWorkerUrl(workerUrl);

interface Drawn {
  canvas: HTMLElement;
  contents: Contents;
  view: MapView;
  held: Map<string, string>;
  names: Map<string, string>;
}

export async function startComparison(canvases: HTMLElement[], said: HTMLElement | null): Promise<void> {
  const backdrop = load<FeatureCollection>(canvases[0]?.dataset.backdrop ?? "");
  const shapes = new Map<string, Promise<FeatureCollection>>();
  const contents = await Promise.all(canvases.map((canvas) => load<Contents>(canvas.dataset.contents ?? "")));
  const colours = new Map<string, number>();
  for (const one of contents) for (const { code, colour } of one.territories) if (!colours.has(code)) colours.set(code, colour);
  const first = places(contents[0]);
  const drawn: Drawn[] = [];
  for (const [place, canvas] of canvases.entries()) {
    const own = contents[place];
    if (!own) continue;
    const url = canvas.dataset.boundaries ?? "";
    if (!shapes.has(url)) shapes.set(url, load<FeatureCollection>(url));
    const [boundaries, outlines, country] = await Promise.all([
      shapes.get(url) as Promise<FeatureCollection>,
      load<Outlines>(canvas.dataset.outlines ?? ""),
      backdrop,
    ]);
    drawn.push(draw(canvas, own, boundaries, outlines, country, colours, first));
  }
  together(drawn.map(({ view }) => view));
  for (const one of drawn) if (one.canvas.dataset.marks) void mark(one);
  for (const one of drawn) {
    one.view.on("click", "units", (event: MapMouseEvent & { features?: Feature[] }) => {
      const code = String(event.features?.[0]?.properties?.["code"] ?? "");
      if (said) said.textContent = sentence(drawn, code);
      for (const other of drawn) other.view.setFilter("selected", ["==", ["get", "code"], code]);
    });
  }
}

function places(contents: Contents | undefined): Map<string, string> {
  return new Map((contents?.units ?? []).map(({ code, territory }) => [code, territory]));
}

function draw(
  canvas: HTMLElement,
  contents: Contents,
  boundaries: FeatureCollection,
  outlines: Outlines,
  backdrop: FeatureCollection,
  colours: Map<string, number>,
  first: Map<string, string>,
): Drawn {
  canvas.replaceChildren();
  const view = new MapView({
    container: canvas,
    style: { version: 8, sources: {}, layers: [] },
    bounds: extent(outlines),
    fitBoundsOptions: { padding: 16 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 11,
    renderWorldCopies: false,
    cooperativeGestures: false,
  });
  view.touchZoomRotate.disableRotation();
  const held = places(contents);
  const moved = [...held].filter(([code, territory]) => first.has(code) && first.get(code) !== territory).map(([code]) => code);
  const names = new Map(contents.territories.map(({ code, name }) => [code, name]));
  view.on("load", () => {
    view.addSource("units", { type: "geojson", data: boundaries });
    view.addSource("outlines", { type: "geojson", data: outlines });
    view.addSource("backdrop", { type: "geojson", data: backdrop });
    addLayers(view, { fill: fill(held, colours), changed: among(moved), locked: among([]) });
    if (outlines.features.length <= 25) label(view, outlines, names);
    canvas.dataset.moved = String(moved.length);
    canvas.dataset.ready = "true";
  });
  return { canvas, contents, view, held, names };
}

function among(codes: string[]): ExpressionSpecification {
  return ["in", ["get", "code"], ["literal", codes]];
}

function fill(held: Map<string, string>, colours: Map<string, number>): ExpressionSpecification | string {
  const pairs = [...held].flatMap(([code, territory]) => [code, colourOf(colours.get(territory) ?? 0)]);
  if (!pairs.length) return "#e5e5e5";
  return ["match", ["get", "code"], ...pairs, "#e5e5e5"] as unknown as ExpressionSpecification;
}

function label(view: MapView, outlines: Outlines, names: Map<string, string>): void {
  for (const feature of outlines.features) {
    const element = document.createElement("span");
    element.className = "map-label";
    element.textContent = names.get(feature.properties.code) ?? "";
    new Marker({ element }).setLngLat(feature.properties.label_at).addTo(view);
  }
}

// Whoever is moved by hand leads; the others follow without answering back.
function together(views: MapView[]): void {
  let leads: MapView | null = null;
  for (const view of views) {
    view.on("move", () => {
      if (leads && leads !== view) return;
      leads = view;
      for (const other of views) {
        if (other !== view) other.jumpTo({ center: view.getCenter(), zoom: view.getZoom() });
      }
      leads = null;
    });
  }
}

function sentence(drawn: Drawn[], code: string): string {
  const unit = drawn.flatMap(({ contents }) => contents.units).find((one) => one.code === code);
  if (!unit) return "";
  const sides = drawn.map(({ canvas, held, names }) => `${canvas.dataset.name ?? ""}: ${names.get(held.get(code) ?? "") ?? "—"}`);
  return `${unit.name} · ${sides.join(" · ")}`;
}

// Where something was said; a click on a unit leads to what is said of it.
async function mark(one: Drawn): Promise<void> {
  await showMarks(one.view, one.canvas);
  one.view.on("click", "units", (event: MapMouseEvent & { features?: Feature[] }) => {
    const code = String(event.features?.[0]?.properties?.["code"] ?? "");
    if (one.held.has(code)) window.location.search = new URLSearchParams({ unit: code }).toString();
  });
}
