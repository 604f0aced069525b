// Where something was said of an alignment: links with the number of open threads.
import { Marker } from "maplibre-gl";
import type { Map as MapView } from "maplibre-gl";
import { load } from "./contents";

interface Mark {
  name: string;
  count: number;
  longitude: number | null;
  latitude: number | null;
  url: string;
}

export async function showMarks(view: MapView, canvas: HTMLElement): Promise<void> {
  const { marks } = await load<{ marks: Mark[] }>(canvas.dataset.marks ?? "");
  for (const { name, count, longitude, latitude, url } of marks) {
    if (longitude === null || latitude === null) continue;
    const element = document.createElement("a");
    element.className = "map-mark";
    element.href = url;
    element.textContent = String(count);
    element.title = name;
    new Marker({ element }).setLngLat([longitude, latitude]).addTo(view);
  }
  canvas.dataset.marked = String(marks.length);
}
