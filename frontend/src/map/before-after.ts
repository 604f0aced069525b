// A territory before and after: one line for each measure, with its bars.
import { copyOfBar, fillBar } from "./bars";
import { percent } from "./contents";
import type { Level, Touched } from "./contents";

export function rowsOf(row: Touched): HTMLTableRowElement[] {
  return row.measures.map((measure, index) => {
    const line = document.createElement("tr");
    if (index === 0) {
      const head = cell("th", row.name);
      head.scope = "rowgroup";
      head.rowSpan = row.measures.length;
      line.append(head);
    }
    const now = cell("td", measure.before.shown, "text-end num");
    const then = cell("td", measure.after.shown, "text-end num");
    now.title = measure.before.exact;
    then.title = measure.after.exact;
    line.append(cell("td", measure.label), now, then, deviation(measure.before, measure.tolerance_bp), deviation(measure.after, measure.tolerance_bp));
    return line;
  });
}

function deviation(level: Level, toleranceBp: number): HTMLTableCellElement {
  const text = level.deviation_bp === null ? level.word : `${percent(level.deviation_bp)} ${level.word}`;
  const place = cell("td", text, `num what-if-${level.balance}`);
  const bar = copyOfBar();
  if (bar) {
    fillBar(bar, level.deviation_bp, toleranceBp);
    place.prepend(bar);
  }
  return place;
}

function cell(name: "th" | "td", text: string, className = ""): HTMLTableCellElement {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}
