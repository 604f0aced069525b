// What stands in the page around the grid: the view (rows, columns, filters), the figures beside, the narrow lists.
import type { Changes } from "./changes";
import type { Dialogs } from "./dialogs";
import type { GridModel } from "./model";
import { ask } from "./server";
import type { GridTable } from "./table";

const KEPT = "quyu-grid-sides";

export function startView(model: GridModel, table: GridTable): void {
  const form = document.querySelector<HTMLFormElement>('[data-grid="view"]');
  form?.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement) form.requestSubmit();
  });
  const boxes = [...document.querySelectorAll<HTMLInputElement>('[data-grid="sides"] input')];
  const known = new Set(model.config.sides.map((side) => side.name));
  const kept = window.localStorage.getItem(KEPT);
  if (kept !== null) model.sides = kept.split(",").filter((name) => known.has(name));
  for (const box of boxes) {
    box.checked = model.sides.includes(box.value);
    box.addEventListener("change", () => {
      model.sides = boxes.filter((one) => one.checked).map((one) => one.value);
      window.localStorage.setItem(KEPT, model.sides.join(","));
      table.repaint();
    });
  }
  table.repaint();
}

/** On a phone: the pencil beside a figure opens a form for that one cell; the page then shows what was saved. */
export function startNarrow(model: GridModel, changes: Changes, dialogs: Dialogs): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-narrow-row]")) {
    const { narrowRow = "", narrowColumn = "", narrowLabel = "" } = button.dataset;
    button.addEventListener("click", () => {
      const place = model.placeOf(narrowRow, narrowColumn);
      const outlook = ask<{ interval: string; sentence: string }>(model.config.urls.outlook, { ...place, rule: "none" });
      const words = outlook.then((found) => (found ? `${found.interval}${found.sentence}` : ""));
      dialogs.edit(narrowLabel, words, ({ value = "", rule = "", reason = "" }) => {
        void changes.edit({ place, value, rule, reason, version: model.version }, () => window.location.reload());
      });
    });
  }
}
