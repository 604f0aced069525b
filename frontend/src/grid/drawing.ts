// How one row, one head and one cell of the grid look; no state of its own.
import { percent, precise, shown, type Unit } from "./amounts";
import type { AxisNode } from "./axis";
import type { Texts } from "./config";
import type { GridModel } from "./model";

export const ROW = 34;
export const NAME = 230;
export const SIDE = 108;
export const CELL = 112;

export function element(name: string, className: string, role = ""): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  if (role) made.setAttribute("role", role);
  return made;
}

export function icon(holder: HTMLElement, name: string, label = ""): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const made = document.createElementNS(space, "svg");
  made.setAttribute("class", "icon");
  if (label) {
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", label);
  } else made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${holder.dataset["icons"]}#tabler-${name}`);
  made.append(use);
  return made;
}

export class Drawing {
  constructor(
    holder: HTMLElement,
    private readonly model: GridModel,
    private readonly text: Texts,
    private readonly icons = {
      open: () => icon(holder, "chevron-down"),
      closed: () => icon(holder, "chevron-right"),
      locked: () => icon(holder, "lock", text["locked"]),
      partly: () => icon(holder, "lock-open", text["partly"]),
      commented: () => icon(holder, "message", text["commented"]),
    },
  ) {}

  private fork(node: AxisNode): HTMLElement {
    const mark = element("span", "sheet-fork");
    if (node.below > 0) mark.append(node.isOpen ? this.icons.open() : this.icons.closed());
    return mark;
  }

  name(row: AxisNode): HTMLElement {
    const cell = element("div", "sheet-name", "rowheader");
    const title = element("span", "sheet-title");
    title.textContent = row.name;
    cell.append(this.fork(row), title);
    cell.style.paddingLeft = `${8 + row.depth * 14}px`;
    cell.setAttribute("aria-colindex", "1");
    if (row.note) {
      const note = element("span", "sheet-note");
      note.textContent = row.note;
      cell.append(note);
    }
    cell.title = row.note ? `${row.name} · ${row.note}` : row.name;
    return cell;
  }

  head(column: AxisNode): HTMLElement {
    const cell = element("div", `sheet-head-cell${column.below > 0 ? " has-more" : ""}`, "columnheader");
    const title = element("span", "sheet-title");
    title.textContent = column.name;
    cell.append(this.fork(column), title);
    cell.dataset["column"] = column.code;
    cell.title = column.name;
    return cell;
  }

  amount(row: AxisNode, column: AxisNode): HTMLElement {
    const value = this.model.value(row, column);
    const lock = this.model.lock(row, column);
    const cell = element("div", "sheet-cell", "gridcell");
    if (column.below > 0 || row.below > 0) cell.classList.add("is-sum");
    if (lock === 2) cell.classList.add("is-locked");
    if (lock === 1) cell.classList.add("is-partly-locked");
    cell.dataset["row"] = row.code;
    cell.dataset["column"] = column.code;
    if (lock > 0) cell.append(lock === 2 ? this.icons.locked() : this.icons.partly());
    if (this.model.comments.has(`${row.n}:${column.n}`)) cell.append(this.icons.commented());
    if (value !== undefined) {
      cell.append(shown(value, this.model.config.unit));
      cell.title = this.precise(value);
    }
    return cell;
  }

  precise(value: bigint, unit: Unit = this.model.config.unit): string {
    const said = precise(value, unit, this.text["yuan"]);
    return unit.id === "fen" ? `${said} (${value} ${this.text["fen"]})` : said;
  }

  side(row: AxisNode, name: string): HTMLElement {
    const cell = element("div", "sheet-side", "gridcell");
    cell.dataset["side"] = name;
    const whole = this.model.whole(row);
    if (whole === undefined) return cell;
    if (name === "growth") {
      const before = this.model.side(row, "last_year");
      if (before !== undefined && before !== null) cell.textContent = percent(whole - before, before, true);
    } else if (name === "share") {
      const above = row.above === null ? undefined : this.model.rows.byCode.get(row.above);
      const total = above && this.model.whole(above);
      if (total !== undefined) cell.textContent = percent(whole, total);
    } else {
      const figure = this.model.side(row, name);
      if (figure === null) cell.textContent = "—";
      else if (figure !== undefined) {
        const unit = this.model.config.sides.find((side) => side.name === name)?.unit ?? this.model.config.unit;
        cell.textContent = shown(figure, unit);
        cell.title = this.precise(figure, unit);
      }
    }
    return cell;
  }
}
