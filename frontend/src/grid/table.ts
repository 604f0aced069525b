// Tabulator draws the tree; the active cell, painting after a change and the looks of a cell are ours.
import {
  DataTreeModule,
  FormatModule,
  FrozenColumnsModule,
  InteractionModule,
  ResizeColumnsModule,
  Tabulator,
  type CellComponent,
  type ColumnDefinition,
  type RowComponent,
} from "tabulator-tables";
import { growth, wan, yuan } from "./amounts";
import { type GridModel, type GridRow, lockOf, type Span, sum } from "./model";

Tabulator.registerModule([
  DataTreeModule,
  FormatModule,
  FrozenColumnsModule,
  InteractionModule,
  ResizeColumnsModule,
]);

export interface Place {
  row: GridRow;
  span: Span;
}

export class GridTable {
  readonly spans = new Map<string, Span>();
  readonly fields: string[];
  readonly text: DOMStringMap;
  active: Place | null = null;
  onActive: (place: Place) => void = () => {};
  private readonly table: Tabulator;
  private flashing = new Map<GridRow, Set<number>>();

  constructor(
    readonly holder: HTMLElement,
    readonly model: GridModel,
  ) {
    this.text = holder.dataset;
    const columns = this.columns();
    this.fields = [...this.spans.keys()];
    this.table = new Tabulator(holder, {
      data: model.roots,
      index: "code",
      columns,
      layout: "fitDataFill",
      maxHeight: "70vh",
      dataTree: true,
      dataTreeStartExpanded: (_row: RowComponent, level: number) => level < (model.byCode.size > 400 ? 1 : 2),
      dataTreeElementColumn: "name",
      dataTreeChildIndent: 14,
      renderHorizontal: "basic",
    });
    this.table.on("cellClick", (_event, cell: CellComponent) => {
      const span = this.spans.get(cell.getField());
      if (span) this.activate(cell.getRow().getData() as GridRow, span);
    });
    this.table.on("tableBuilt", () => this.tidyRoles());
  }

  /** Tabulator gives roles that do not exist or do not nest; readers shall find a grid of rows. */
  private tidyRoles(): void {
    for (const group of this.holder.querySelectorAll('[role="columngroup"]')) {
      group.setAttribute("role", "presentation");
      for (const name of ["aria-sort", "aria-title"]) group.removeAttribute(name);
    }
    this.holder.querySelector(".tabulator-tableholder")?.setAttribute("role", "rowgroup");
    this.holder.querySelector(".tabulator-table")?.setAttribute("role", "presentation");
    for (const column of this.holder.querySelectorAll("[aria-title]")) column.removeAttribute("aria-title");
  }

  private amountColumn(title: string, span: Span, className = ""): ColumnDefinition {
    this.spans.set(span.code, span);
    return {
      title,
      field: span.code,
      hozAlign: "right",
      headerHozAlign: "right",
      minWidth: 108,
      cssClass: `grid-amount ${className}`.trim(),
      formatter: (cell) => this.amountCell(cell, span),
    };
  }

  private columns(): ColumnDefinition[] {
    const { model, text } = this;
    const compared = (cell: CellComponent) => sum((cell.getRow().getData() as GridRow).compared, model.year);
    // Made before the months: the arrow keys go through the columns in the order in which they are made.
    const year = this.amountColumn(text["textYear"] ?? "", model.year, "grid-sum");
    const quarters = model.quarters.map((quarter, index) => ({
      title: (text["textQuarter"] ?? "%s").replace("%s", String(index + 1)),
      columns: [
        ...Array.from({ length: quarter.stop - quarter.start }, (_, offset) => {
          const month = model.month(quarter.start + offset);
          const number = String(Number(month.code.slice(5)));
          return this.amountColumn((text["textMonth"] ?? "%s").replace("%s", number), month);
        }),
        this.amountColumn(text["textSum"] ?? "", quarter, "grid-sum"),
      ],
    }));
    return [
      {
        title: text["textRegion"] ?? "",
        field: "name",
        frozen: true,
        minWidth: 180,
        cssClass: "grid-name",
        formatter: (cell) => this.nameCell(cell),
      },
      year,
      {
        title: model.config.compared_label,
        field: "compared",
        hozAlign: "right",
        headerHozAlign: "right",
        minWidth: 92,
        cssClass: "grid-side",
        formatter: (cell) => this.amountSpan(compared(cell)),
      },
      {
        title: text["textGrowth"] ?? "",
        field: "growth",
        hozAlign: "right",
        headerHozAlign: "right",
        minWidth: 84,
        cssClass: "grid-side",
        formatter: (cell) => growth(sum((cell.getRow().getData() as GridRow).months, model.year), compared(cell)),
      },
      ...quarters,
    ];
  }

  private nameCell(cell: CellComponent): HTMLElement {
    const row = cell.getRow().getData() as GridRow;
    const box = document.createElement("span");
    box.className = "grid-node";
    box.append(row.name);
    if (row.owner) {
      const owner = document.createElement("span");
      owner.className = "grid-owner";
      owner.textContent = row.owner;
      box.append(owner);
    }
    return box;
  }

  private amountSpan(fen: number): HTMLElement {
    const span = document.createElement("span");
    span.textContent = wan(fen);
    span.title = `${yuan(fen)} ${this.text["textYuan"]} (${fen} ${this.text["textFen"]})`;
    return span;
  }

  private amountCell(cell: CellComponent, span: Span): HTMLElement {
    const row = cell.getRow().getData() as GridRow;
    const element = cell.getElement();
    const lock = lockOf(row, span);
    const isActive = this.active?.row === row && this.active.span.code === span.code;
    element.classList.toggle("is-locked", lock === 2);
    element.classList.toggle("is-partly-locked", lock === 1);
    element.classList.toggle("is-active", isActive);
    element.classList.toggle("is-changed", this.isFlashing(row, span));
    const shown = this.amountSpan(sum(row.months, span));
    if (lock > 0) shown.prepend(this.lockIcon(lock));
    return shown;
  }

  private lockIcon(lock: number): SVGElement {
    const space = "http://www.w3.org/2000/svg";
    const icon = document.createElementNS(space, "svg");
    icon.setAttribute("class", "icon");
    icon.setAttribute("role", "img");
    icon.setAttribute("aria-label", (lock === 2 ? this.text["textLocked"] : this.text["textPartly"]) ?? "");
    const use = document.createElementNS(space, "use");
    use.setAttribute("href", `${this.text["icons"]}#tabler-${lock === 2 ? "lock" : "lock-open"}`);
    icon.append(use);
    return icon;
  }

  private isFlashing(row: GridRow, span: Span): boolean {
    const months = this.flashing.get(row);
    if (!months) return false;
    for (let index = span.start; index < span.stop; index++) if (months.has(index)) return true;
    return false;
  }

  /** Draws the visible rows again; of the changed ones, the cells that moved light up for a while. */
  repaint(changed: Map<GridRow, Set<number>>): void {
    this.flashing = changed;
    for (const row of this.visibleRows()) if (changed.has(row.getData() as GridRow)) row.reformat();
    window.setTimeout(() => {
      if (this.flashing !== changed) return;
      this.flashing = new Map();
      for (const element of this.holder.querySelectorAll(".is-changed")) element.classList.remove("is-changed");
    }, 2_500);
  }

  visibleRows(): RowComponent[] {
    return this.table.getRows("visible");
  }

  activate(row: GridRow, span: Span): void {
    const before = this.active;
    this.active = { row, span };
    if (before) this.mark(before, false);
    this.mark(this.active, true);
    this.onActive(this.active);
  }

  private component(code: string): RowComponent | undefined {
    return this.visibleRows().find((row) => (row.getData() as GridRow).code === code);
  }

  private mark(place: Place, isActive: boolean): void {
    const element = this.component(place.row.code)?.getCell(place.span.code)?.getElement();
    element?.classList.toggle("is-active", isActive);
    if (isActive) element?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Moves the active cell by rows and columns; the first cell when there is none. */
  move(down: number, right: number): void {
    const rows = this.visibleRows();
    const at = this.active ? rows.findIndex((row) => row.getData() === this.active?.row) : -1;
    const field = this.active ? this.fields.indexOf(this.active.span.code) : 0;
    const row = rows[Math.min(Math.max(at + (at < 0 ? 1 : down), 0), rows.length - 1)];
    const span = this.spans.get(this.fields[Math.min(Math.max(field + right, 0), this.fields.length - 1)]!);
    if (row && span) this.activate(row.getData() as GridRow, span);
  }

  /** Opens or closes the tree at the active row. */
  toggle(open: boolean): void {
    const row = this.active && this.component(this.active.row.code);
    if (!row || !this.active?.row._children) return;
    if (open) row.treeExpand();
    else row.treeCollapse();
  }
}
