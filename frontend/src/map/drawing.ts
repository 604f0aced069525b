// The layers of the map, from the country below to the selection on top.
import { LngLatBounds } from "maplibre-gl";
import type { Polygon } from "geojson";
import type { ExpressionSpecification, Map as MapView } from "maplibre-gl";
import type { Outlines } from "./tiers";

interface Paint {
  fill: ExpressionSpecification | string;
  changed: ExpressionSpecification;
  locked: ExpressionSpecification;
}

export function addLayers(view: MapView, paint: Paint): void {
  view.addLayer({
    id: "country",
    type: "fill",
    source: "backdrop",
    filter: ["!", ["get", "line"]],
    paint: { "fill-color": "#e9edf2", "fill-outline-color": "#b8c1cc" },
  });
  view.addLayer({
    id: "units",
    type: "fill",
    source: "units",
    paint: { "fill-color": paint.fill, "fill-opacity": 0.75 },
  });
  view.addLayer({
    id: "unit-lines",
    type: "line",
    source: "units",
    minzoom: 4,
    paint: { "line-color": "#ffffff", "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.2, 8, 1] },
  });
  view.addLayer({
    id: "changed",
    type: "line",
    source: "units",
    filter: paint.changed,
    paint: { "line-color": "#b30000", "line-width": 2, "line-dasharray": [2, 1] },
  });
  view.addLayer({
    id: "locked",
    type: "line",
    source: "units",
    filter: paint.locked,
    paint: { "line-color": "#1a2234", "line-width": 2, "line-offset": 2 },
  });
  view.addLayer({
    id: "chosen",
    type: "fill",
    source: "units",
    filter: ["in", ["get", "code"], ["literal", []]],
    paint: { "fill-color": "#1a2234", "fill-opacity": 0.35 },
  });
  view.addLayer({
    id: "proposed",
    type: "fill",
    source: "units",
    filter: ["in", ["get", "code"], ["literal", []]],
    paint: { "fill-color": "#ffffff" },
  });
  view.addLayer({
    id: "outlines",
    type: "line",
    source: "outlines",
    paint: { "line-color": "#33415c", "line-width": ["interpolate", ["linear"], ["zoom"], 3, 0.6, 8, 2] },
  });
  view.addLayer({
    id: "national-lines",
    type: "line",
    source: "backdrop",
    filter: ["get", "line"],
    paint: { "line-color": "#5c677d", "line-width": 1 },
  });
  view.addLayer({
    id: "hover",
    type: "line",
    source: "outlines",
    filter: ["==", ["get", "code"], ""],
    paint: { "line-color": "#001845", "line-width": 3.5 },
  });
  view.addLayer({
    id: "selected",
    type: "line",
    source: "units",
    filter: ["==", ["get", "code"], ""],
    paint: { "line-color": "#000000", "line-width": 2.5 },
  });
}

export function extent(outlines: Outlines): LngLatBounds {
  const bounds = new LngLatBounds();
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === "number") bounds.extend([part[0], part[1] as number]);
    else part.forEach(visit);
  };
  for (const feature of outlines.features) visit((feature.geometry as Polygon).coordinates);
  return bounds.isEmpty() ? new LngLatBounds([73, 18], [135, 54]) : bounds;
}
