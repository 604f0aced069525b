// The balance bar, drawn by the page once (its template): load against the mean from the middle, ends at 50 %.
import { percent } from "./contents";

const END_BP = 5_000;

export function copyOfBar(): SVGElement | null {
  const template = document.getElementById("balance-bar") as HTMLTemplateElement | null;
  const bar = template?.content.querySelector("svg")?.cloneNode(true) as SVGElement | undefined;
  bar?.removeAttribute("role");
  bar?.setAttribute("aria-hidden", "true");
  return bar ?? null;
}

// Without a mean there is nothing to compare: the bar is put out of sight, and comes back when there is one.
export function fillBar(bar: Element, deviationBp: number | null, toleranceBp: number): void {
  bar.toggleAttribute("hidden", deviationBp === null);
  const deviation = deviationBp ?? 0;
  const width = Math.min(Math.abs(deviation), END_BP) / 10;
  const fill = bar.querySelector(".balance-fill");
  fill?.setAttribute("x", String(500 - (deviation < 0 ? width : 0)));
  fill?.setAttribute("width", String(width));
  const band = bar.querySelector(".balance-band");
  band?.setAttribute("x", String(500 - toleranceBp / 10));
  band?.setAttribute("width", String(toleranceBp / 5));
  const label = bar.getAttribute("aria-label")?.replace(/ [+-]?[\d.]+%$/, "");
  if (label && deviationBp !== null) bar.setAttribute("aria-label", `${label} ${percent(deviationBp)}`);
}
