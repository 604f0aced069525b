// Keys as in a spreadsheet. Space opens and closes the row, Shift+Space the column.
import type { Block } from "./block";
import type { Changes } from "./changes";
import type { Texts } from "./config";
import { ROW } from "./drawing";
import type { Editor } from "./editor";
import type { GridModel } from "./model";
import type { GridTable } from "./table";

const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};
const FAR = 1_000_000;

export function startKeyboard(
  table: GridTable,
  model: GridModel,
  editor: Editor,
  changes: Changes,
  block: Block,
  text: Texts,
): void {
  const page = () => Math.max(1, Math.floor(table.holder.clientHeight / ROW) - 2);

  /** How far a key moves; null when it moves nothing. */
  function step(event: KeyboardEvent): [number, number] | null {
    const isFar = event.ctrlKey || event.metaKey;
    const arrow = STEPS[event.key];
    if (arrow) return isFar ? [arrow[0] * FAR, arrow[1] * FAR] : arrow;
    if (event.key === "Home") return isFar ? [-FAR, -FAR] : [0, -FAR];
    if (event.key === "End") return isFar ? [FAR, FAR] : [0, FAR];
    if (event.key === "PageUp") return [-page(), 0];
    if (event.key === "PageDown") return [page(), 0];
    if (event.key === "Tab" && table.active) return [0, event.shiftKey ? -1 : 1];
    return null;
  }

  /** Whether Tab would leave the grid: at its first and last cell it goes on through the page. */
  function leaves(event: KeyboardEvent): boolean {
    if (event.key !== "Tab" || !table.active) return false;
    const [, column] = table.placeOf(table.active);
    return event.shiftKey ? column <= 0 : column >= model.columns.visible.length - 1;
  }

  function move(event: KeyboardEvent, [down, right]: [number, number]): void {
    const extend = event.shiftKey && event.key !== "Tab";
    const from = (extend ? table.far : null) ?? table.active;
    const [row, column] = from ? table.placeOf(from) : [-1, 0];
    const next = row < 0 ? table.spotAt(0, 0) : table.spotAt(row + down, column + right);
    if (next) table.choose(next, extend);
  }

  function shortcut(event: KeyboardEvent): boolean {
    if (!event.ctrlKey && !event.metaKey) return false;
    const key = event.key.toLowerCase();
    if (key === "z") void changes.step(event.shiftKey ? "redo" : "undo");
    else if (key === "y") void changes.step("redo");
    else if (key === "d") void block.fill("down");
    else if (key === "r") void block.fill("right");
    else if (key === "a") block.all();
    else return false;
    return true;
  }

  table.holder.addEventListener("keydown", (event) => {
    if (event.target !== table.holder || event.altKey || event.isComposing) return;
    const way = step(event);
    if (leaves(event)) return;
    if (way) move(event, way);
    else if (event.key === " " && table.active) {
      void (event.shiftKey ? table.toggleColumn(table.active.column) : table.toggleRow(table.active.row));
    } else if (event.key === "Enter" || event.key === "F2") editor.open();
    else if (event.key === "Delete" || event.key === "Backspace") editor.onHint(text["clear"] ?? "");
    else if (event.key === "Escape") table.active && table.choose(table.active);
    else if (!shortcut(event)) {
      if (event.ctrlKey || event.metaKey || [...event.key].length !== 1) return;
      editor.open(event.key);
    }
    event.preventDefault();
  });
}
