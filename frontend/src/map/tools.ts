// The ways to choose units with the pointer: click, lasso (draw around them), paint (drag over them).
import type { FeatureCollection, Position } from "geojson";
import type { Map as MapView } from "maplibre-gl";
import type { Selection } from "./selection";

export type Tool = "click" | "lasso" | "paint";
type Point = [number, number];

const SVG = "http://www.w3.org/2000/svg";

export class Tools {
  private tool: Tool = "click";
  private path: Point[] = [];
  private isDown = false;
  private readonly line: SVGPolygonElement;
  private readonly middles: [string, Position][];

  constructor(
    private readonly view: MapView,
    private readonly selection: Selection,
    boundaries: FeatureCollection,
    private readonly buttons: HTMLElement[],
  ) {
    this.middles = boundaries.features.flatMap((feature) => {
      const ring = longestRing((feature.geometry as { coordinates: unknown }).coordinates);
      return ring ? [[String(feature.properties?.["code"]), middle(ring)]] : [];
    });
    const sheet = document.createElementNS(SVG, "svg");
    sheet.setAttribute("class", "map-lasso");
    this.line = document.createElementNS(SVG, "polygon");
    sheet.append(this.line);
    const container = view.getCanvasContainer();
    container.append(sheet);
    container.addEventListener("pointerdown", (event) => this.down(event), true);
    window.addEventListener("pointermove", (event) => this.move(event));
    window.addEventListener("pointerup", (event) => this.up(event));
    for (const button of buttons) {
      button.addEventListener("click", () => this.use(button.dataset.tool as Tool));
    }
  }

  get isClick(): boolean {
    return this.tool === "click";
  }

  use(tool: Tool): void {
    this.tool = tool;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    if (tool === "click") this.view.dragPan.enable();
    else this.view.dragPan.disable();
    this.view.getContainer().dataset.tool = tool;
  }

  private down(event: PointerEvent): void {
    if (this.tool === "click" || event.button !== 0) return;
    this.isDown = true;
    this.path = [this.spot(event)];
    if (this.tool === "lasso" || event.shiftKey) this.take([], event.shiftKey || this.tool === "paint");
    if (this.tool === "paint") {
      if (!event.shiftKey) this.selection.replace([]);
      this.paint(this.spot(event));
    }
  }

  private move(event: PointerEvent): void {
    if (!this.isDown) return;
    const spot = this.spot(event);
    if (this.tool === "paint") {
      this.paint(spot);
      return;
    }
    this.path.push(spot);
    this.line.setAttribute("points", this.path.map((point) => point.join(",")).join(" "));
  }

  private up(event: PointerEvent): void {
    if (!this.isDown) return;
    this.isDown = false;
    if (this.tool !== "lasso") return;
    const inside = this.middles.filter(([, at]) => {
      const { x, y } = this.view.project([at[0] ?? 0, at[1] ?? 0]);
      return isInside([x, y], this.path);
    });
    this.line.setAttribute("points", "");
    this.take(
      inside.map(([code]) => code),
      event.shiftKey,
    );
  }

  private take(codes: string[], adds: boolean): void {
    if (adds) this.selection.add(codes);
    else this.selection.replace(codes);
  }

  private paint(spot: Point): void {
    const found = this.view.queryRenderedFeatures(spot, { layers: ["units"] });
    this.selection.add(found.map((feature) => String(feature.properties["code"])));
  }

  private spot(event: PointerEvent): Point {
    const box = this.view.getCanvasContainer().getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}

// Even-odd rule; the path is closed from its last point to its first.
export function isInside([x, y]: Point, path: Point[]): boolean {
  let inside = false;
  for (let at = 0, before = path.length - 1; at < path.length; before = at++) {
    const [ax, ay] = path[at] as Point;
    const [bx, by] = path[before] as Point;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

function longestRing(part: unknown): Position[] | null {
  if (!Array.isArray(part) || part.length === 0) return null;
  if (Array.isArray(part[0]) && typeof part[0][0] === "number") return part as Position[];
  const rings = part.map(longestRing).filter((ring): ring is Position[] => ring !== null);
  return rings.reduce<Position[] | null>((best, ring) => (best && best.length >= ring.length ? best : ring), null);
}

// The centre of area; of a flat ring its first point.
export function middle(ring: Position[]): Position {
  let [x, y, area] = [0, 0, 0];
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at++) {
    const [ax = 0, ay = 0] = ring[at] as Position;
    const [bx = 0, by = 0] = ring[before] as Position;
    const cross = bx * ay - ax * by;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return area === 0 ? (ring[0] as Position) : [x / (3 * area), y / (3 * area)];
}
