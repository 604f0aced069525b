// The mouse: press chooses, drag or Shift extends, double press types, the corner of the selection fills.
import type { Block } from "./block";
import type { Editor } from "./editor";
import type { GridModel } from "./model";
import type { Area, GridTable, Spot } from "./table";

export function startPointer(table: GridTable, model: GridModel, editor: Editor, block: Block): void {
  let drag: "select" | "fill" | null = null;

  function spotOf(target: EventTarget | null): Spot | null {
    const cell = (target as Element | null)?.closest<HTMLElement>(".sheet-cell");
    const row = model.rows.byCode.get(cell?.dataset["row"] ?? "");
    const column = model.columns.byCode.get(cell?.dataset["column"] ?? "");
    return row && column ? { row, column } : null;
  }

  /** The selection drawn out to a cell, along the way it lies farther. */
  function drawnOut(area: Area, spot: Spot): Area {
    const [row, column] = table.placeOf(spot);
    return row - area.bottom >= column - area.right
      ? { ...area, bottom: Math.max(row, area.bottom) }
      : { ...area, right: Math.max(column, area.right) };
  }

  table.holder.addEventListener("pointerdown", (event) => {
    const target = event.target as Element;
    if (event.button !== 0 || target.closest(".sheet-field")) return;
    const head = target.closest<HTMLElement>(".sheet-head-cell.has-more");
    const column = head && model.columns.byCode.get(head.dataset["column"] ?? "");
    if (column) return void table.toggleColumn(column);
    const line = target.closest(".sheet-name") && target.closest<HTMLElement>(".sheet-row.has-more");
    const row = line && model.rows.byCode.get(line.dataset["code"] ?? "");
    if (row) return void table.toggleRow(row);
    const spot = spotOf(target);
    if (!spot) return;
    event.preventDefault();
    table.holder.focus({ preventScroll: true });
    drag = target.closest(".sheet-handle") ? "fill" : "select";
    if (drag === "select") table.choose(spot, event.shiftKey);
  });

  table.holder.addEventListener("pointermove", (event) => {
    if (!drag || event.buttons !== 1) return;
    const spot = spotOf(document.elementFromPoint(event.clientX, event.clientY));
    if (!spot || !table.area) return;
    if (drag === "fill") {
      table.fill = drawnOut(table.area, spot);
      table.repaint();
    } else if (spot.row !== (table.far ?? table.active)?.row || spot.column !== (table.far ?? table.active)?.column) {
      table.choose(spot, true);
    }
  });

  window.addEventListener("pointerup", () => {
    const { area, fill } = table;
    const wasFilling = drag === "fill";
    drag = null;
    table.fill = null;
    if (!wasFilling || !area || !fill) return;
    const isDown = fill.bottom > area.bottom;
    if (!isDown && fill.right === area.right) return table.repaint();
    const from = isDown ? { ...fill, top: area.bottom } : { ...fill, left: area.right };
    void block.fill(isDown ? "down" : "right", from);
    table.far = table.spotAt(fill.bottom, fill.right);
    table.repaint();
  });

  table.holder.addEventListener("dblclick", (event) => {
    if (spotOf(event.target)) editor.open();
  });
}
