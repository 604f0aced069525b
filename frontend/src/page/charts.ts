// <figure data-chart> draws the option in its JSON script tag, or at data-url. ECharts loads when the first
// chart comes into view.
import type { ECharts } from "echarts/core";
import type { ChartOption } from "./echarts";

const drawn = new Map<Element, ECharts>();

const visible = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    visible.unobserve(entry.target);
    void draw(entry.target as HTMLElement);
  }
});

const resized = new ResizeObserver((entries) => {
  for (const entry of entries) drawn.get(entry.target.parentElement!)?.resize();
});

export function startCharts(root: ParentNode): void {
  for (const [figure, chart] of drawn) {
    if (figure.isConnected) continue;
    chart.dispose();
    drawn.delete(figure);
  }
  const figures = [...root.querySelectorAll<HTMLElement>("[data-chart]")];
  if (root instanceof HTMLElement && root.matches("[data-chart]")) figures.push(root);
  for (const figure of figures) if (!drawn.has(figure)) visible.observe(figure);
}

async function draw(figure: HTMLElement): Promise<void> {
  const canvas = figure.querySelector<HTMLElement>(".chart-canvas");
  if (!canvas || drawn.has(figure)) return;
  const [{ create }, option] = await Promise.all([import("./echarts"), readOption(figure)]);
  canvas.replaceChildren();
  drawn.set(figure, create(canvas, option));
  resized.observe(canvas);
}

async function readOption(figure: HTMLElement): Promise<ChartOption> {
  const url = figure.dataset["url"];
  if (url) {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    return (await response.json()) as ChartOption;
  }
  return JSON.parse(figure.querySelector('script[type="application/json"]')?.textContent ?? "{}") as ChartOption;
}
