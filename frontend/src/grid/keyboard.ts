// Keys as in a spreadsheet: arrows move, Enter or a digit starts typing, + and - open and close the tree.
import type { Bar } from "./bar";
import type { GridTable } from "./table";

const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-12, 0],
  PageDown: [12, 0],
};

export function startKeyboard(holder: HTMLElement, table: GridTable, bar: Bar): void {
  holder.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (step) table.move(...step);
    else if (event.key === "Enter" || event.key === "F2") bar.edit("");
    else if (/^[0-9]$/.test(event.key)) bar.edit(event.key);
    else if (event.key === "+") table.toggle(true);
    else if (event.key === "-") table.toggle(false);
    else return;
    event.preventDefault();
  });
}
