// A table of any size: only the rows and columns in sight are in the page, the rest is room to scroll.
import type { AxisNode } from "./axis";
import type { Moved, Piece, Texts } from "./config";
import { CELL, Drawing, element, NAME, ROW, SIDE } from "./drawing";
import type { GridModel } from "./model";
import { ask } from "./server";

export interface Spot {
  row: AxisNode;
  column: AxisNode;
}

/** Rows and columns of a rectangle by their places among those on show; both ends included. */
export interface Area {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

const SPARE_ROWS = 6;
const SPARE_COLUMNS = 2;
const FEW_COLUMNS = 40;
const READ_DELAY = 60;
const FLASH = 2_500;
const RETRY = 5_000;

export class GridTable {
  active: Spot | null = null;
  far: Spot | null = null;
  fill: Area | null = null;
  onActive: (spot: Spot) => void = () => {};
  readonly body = element("div", "sheet-body", "rowgroup");
  readonly drawing: Drawing;
  private readonly head = element("div", "sheet-head", "rowgroup");
  private readonly rows = element("div", "sheet-rows", "presentation");
  private flashing = new Set<string>();
  private painting = 0;
  private reading = 0;
  private reader: AbortController | null = null;

  constructor(
    readonly holder: HTMLElement,
    readonly model: GridModel,
    text: Texts,
  ) {
    this.drawing = new Drawing(holder, model, text);
    this.body.append(this.rows);
    holder.append(this.head, this.body);
    holder.addEventListener("scroll", () => this.repaint(), { passive: true });
    new ResizeObserver(() => this.repaint()).observe(holder);
    this.paint();
    this.read();
  }

  private get before(): number {
    return NAME + this.model.sides.length * SIDE;
  }

  /** Paints once before the next frame, however often it is asked. */
  repaint(): void {
    if (this.painting) return;
    this.painting = requestAnimationFrame(() => {
      this.painting = 0;
      this.paint();
      this.read();
    });
  }

  /** Reads everything in sight anew. */
  reload(): void {
    this.model.expire();
    this.repaint();
  }

  private get inSight(): Area {
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.holder;
    const [rows, columns] = [this.model.rows.visible.length, this.model.columns.visible.length];
    const left = Math.max(0, scrollLeft - this.before + NAME);
    return {
      top: Math.max(0, Math.floor(scrollTop / ROW) - SPARE_ROWS),
      bottom: Math.min(rows, Math.ceil((scrollTop + clientHeight) / ROW) + SPARE_ROWS) - 1,
      left: Math.max(0, Math.floor(left / CELL) - SPARE_COLUMNS),
      right: Math.min(columns, Math.ceil((scrollLeft + clientWidth - this.before) / CELL) + SPARE_COLUMNS) - 1,
    };
  }

  private paint(): void {
    const { rows, columns } = this.model;
    const sight = this.inSight;
    const across = columns.visible.slice(sight.left, sight.right + 1);
    const width = `${this.before + columns.visible.length * CELL}px`;
    this.holder.setAttribute("aria-rowcount", String(rows.visible.length + 1));
    this.holder.setAttribute("aria-colcount", String(1 + this.model.sides.length + columns.visible.length));
    this.body.style.width = this.head.style.width = width;
    this.body.style.height = `${rows.visible.length * ROW}px`;
    this.head.replaceChildren(this.headRow(across, sight.left));
    const selected = this.area;
    const shown = rows.visible.slice(sight.top, sight.bottom + 1);
    this.rows.replaceChildren(...shown.map((row, at) => this.row(row, sight.top + at, across, sight.left, selected)));
    if (this.active) this.holder.setAttribute("aria-activedescendant", "sheet-active");
  }

  private headRow(across: AxisNode[], first: number): HTMLElement {
    const line = element("div", "sheet-head-row", "row");
    line.setAttribute("aria-rowindex", "1");
    const corner = element("div", "sheet-name", "columnheader");
    corner.textContent = this.model.rows.label;
    line.append(corner);
    this.model.sides.forEach((name, at) => {
      const cell = element("div", "sheet-side", "columnheader");
      cell.textContent = this.model.config.sides.find((side) => side.name === name)?.label ?? "";
      cell.title = cell.textContent;
      this.place(cell, NAME + at * SIDE, at + 2);
      line.append(cell);
    });
    across.forEach((column, at) => line.append(this.columnCell(this.drawing.head(column), first + at)));
    return line;
  }

  private place(cell: HTMLElement, left: number, index: number): void {
    cell.style.left = `${left}px`;
    cell.setAttribute("aria-colindex", String(index));
  }

  private columnCell(cell: HTMLElement, at: number): HTMLElement {
    this.place(cell, this.before + at * CELL, 2 + this.model.sides.length + at);
    return cell;
  }

  private row(row: AxisNode, at: number, across: AxisNode[], first: number, selected: Area | null): HTMLElement {
    const line = element("div", row.below > 0 ? "sheet-row has-more" : "sheet-row", "row");
    line.style.top = `${at * ROW}px`;
    line.dataset["code"] = row.code;
    line.setAttribute("aria-rowindex", String(at + 2));
    line.setAttribute("aria-level", String(row.depth + 1));
    if (row.below > 0) line.setAttribute("aria-expanded", String(row.isOpen));
    line.append(this.drawing.name(row));
    this.model.sides.forEach((name, place) => {
      const cell = this.drawing.side(row, name);
      this.place(cell, NAME + place * SIDE, place + 2);
      line.append(cell);
    });
    across.forEach((column, offset) => {
      const place = first + offset;
      const cell = this.columnCell(this.drawing.amount(row, column), place);
      if (this.flashing.has(`${row.n}:${column.n}`)) cell.classList.add("is-changed");
      if (selected && within(selected, at, place)) cell.classList.add("is-selected");
      if (this.fill && within(this.fill, at, place)) cell.classList.add("is-filling");
      if (this.active?.row === row && this.active.column === column) {
        cell.classList.add("is-active");
        cell.id = "sheet-active";
      }
      if (selected && at === selected.bottom && place === selected.right && this.model.config.editable) {
        cell.append(element("span", "sheet-handle"));
      }
      line.append(cell);
    });
    return line;
  }

  /** Asks, a moment after the last scroll, for what is in sight and not known or out of date. */
  private read(delay = READ_DELAY): void {
    window.clearTimeout(this.reading);
    this.reading = window.setTimeout(() => void this.readNow(), delay);
  }

  private async readNow(): Promise<void> {
    const [rows, columns] = this.shown;
    const wanted = rows.filter((row) => !this.model.isFresh(row, columns));
    if (wanted.length === 0 || columns.length === 0) return;
    this.reader?.abort();
    this.reader = new AbortController();
    const { signal } = this.reader;
    const piece = await ask<Piece>(this.model.config.urls.piece, this.model.query(wanted, columns, true), signal);
    if (piece) this.take(piece);
    else if (!signal.aborted) this.read(RETRY);
  }

  /** The rows in the page, and their columns: all where there are few, so that scrolling aside asks for nothing. */
  private get shown(): [AxisNode[], AxisNode[]] {
    const { top, bottom, left, right } = this.inSight;
    const columns = this.model.columns.visible;
    return [
      this.model.rows.visible.slice(top, bottom + 1),
      columns.length <= FEW_COLUMNS ? columns : columns.slice(left, right + 1),
    ];
  }

  /** What a change asks the server to answer with: all that is in sight. */
  get asked(): Record<string, string> {
    return this.model.query(...this.shown, false);
  }

  take(piece: Moved["piece"]): void {
    const changed = this.model.take(piece);
    if (changed.size > 0) {
      this.flashing = changed;
      window.setTimeout(() => {
        if (this.flashing !== changed) return;
        this.flashing = new Set();
        this.repaint();
      }, FLASH);
    }
    this.repaint();
  }

  spotAt(down: number, right: number): Spot | null {
    const [rows, columns] = [this.model.rows.visible, this.model.columns.visible];
    const row = rows[Math.min(Math.max(down, 0), rows.length - 1)];
    const column = columns[Math.min(Math.max(right, 0), columns.length - 1)];
    return row && column ? { row, column } : null;
  }

  placeOf(spot: Spot): [number, number] {
    return [this.model.rows.visible.indexOf(spot.row), this.model.columns.visible.indexOf(spot.column)];
  }

  /** The selected rectangle; one cell where nothing more is chosen, nothing where its node is folded away. */
  get area(): Area | null {
    if (!this.active) return null;
    const [one, other] = [this.placeOf(this.active), this.placeOf(this.far ?? this.active)];
    if (Math.min(...one, ...other) < 0) return null;
    return {
      top: Math.min(one[0], other[0]),
      bottom: Math.max(one[0], other[0]),
      left: Math.min(one[1], other[1]),
      right: Math.max(one[1], other[1]),
    };
  }

  choose(spot: Spot, extend = false): void {
    if (extend && this.active) this.far = spot;
    else {
      this.active = spot;
      this.far = null;
    }
    this.bringIntoSight(spot);
    this.repaint();
    this.onActive(this.active ?? spot);
  }

  private bringIntoSight(spot: Spot): void {
    const [down, right] = this.placeOf(spot);
    const { holder } = this;
    const [top, left] = [down * ROW, this.before + right * CELL];
    const room = holder.clientHeight - ROW;
    if (top < holder.scrollTop) holder.scrollTop = top;
    else if (top + ROW > holder.scrollTop + room) holder.scrollTop = top + ROW - room;
    if (left - NAME < holder.scrollLeft) holder.scrollLeft = right === 0 ? 0 : left - NAME;
    else if (left + CELL > holder.scrollLeft + holder.clientWidth) holder.scrollLeft = left + CELL - holder.clientWidth;
  }

  /** Where a cell lies inside the body, for the field that is put over it. */
  boxOf(spot: Spot): { left: number; top: number; width: number; height: number } {
    const [down, right] = this.placeOf(spot);
    return { left: this.before + right * CELL, top: down * ROW, width: CELL, height: ROW };
  }

  async toggleRow(row: AxisNode, open?: boolean): Promise<void> {
    if (await this.model.rows.toggle(row, open)) this.repaint();
  }

  async toggleColumn(column: AxisNode, open?: boolean): Promise<void> {
    if (await this.model.columns.toggle(column, open)) this.repaint();
  }
}

function within(area: Area, row: number, column: number): boolean {
  return row >= area.top && row <= area.bottom && column >= area.left && column <= area.right;
}
