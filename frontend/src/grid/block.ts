// A block of cells: copied as text that a spreadsheet takes, pasted as one change, filled down and to the right.
import { toast } from "../page/toast";
import { editable } from "./amounts";
import type { AxisNode } from "./axis";
import type { Cell, Changes } from "./changes";
import { filled, type Texts } from "./config";
import type { GridModel } from "./model";
import { parse } from "./parsing";
import type { Area, GridTable } from "./table";

export class Block {
  onHint: (text: string) => void = () => {};

  constructor(
    private readonly table: GridTable,
    private readonly model: GridModel,
    private readonly changes: Changes,
    private readonly text: Texts,
  ) {
    table.holder.addEventListener("copy", (event) => this.copy(event));
    table.holder.addEventListener("paste", (event) => {
      event.preventDefault();
      void this.paste(event.clipboardData?.getData("text/plain") ?? "");
    });
  }

  private spread(area: Area): [AxisNode[], AxisNode[]] {
    return [
      this.model.rows.visible.slice(area.top, area.bottom + 1),
      this.model.columns.visible.slice(area.left, area.right + 1),
    ];
  }

  all(): void {
    const [first, last] = [this.table.spotAt(0, 0), this.table.spotAt(Infinity, Infinity)];
    if (!first || !last) return;
    this.table.active = first;
    this.table.far = last;
    this.table.repaint();
  }

  private copy(event: ClipboardEvent): void {
    const { area } = this.table;
    if (!area || !event.clipboardData) return;
    event.preventDefault();
    const [rows, columns] = this.spread(area);
    const lines = rows.map((row) => columns.map((column) => this.model.current(row, column)));
    if (lines.some((line) => line.includes(undefined))) return this.onHint(this.text["unread"] ?? "");
    const copied = lines.map((line) => line.map((value) => editable(value ?? 0n, this.model.config.unit)).join("\t"));
    event.clipboardData.setData("text/plain", copied.join("\r\n"));
    toast(filled(this.text["copied"], { n: rows.length * columns.length }));
  }

  /** Writes the block from the active cell on; one value alone goes into every selected cell. */
  async paste(pasted: string): Promise<void> {
    const { area } = this.table;
    const lines = parse(pasted);
    if (!this.model.config.editable) return this.onHint(this.text["readonly"] ?? "");
    if (!area || lines.length === 0) return this.onHint(this.text["nothing"] ?? "");
    const isOne = lines.length === 1 && lines[0]!.length === 1;
    const height = isOne ? area.bottom - area.top + 1 : lines.length;
    const width = isOne ? area.right - area.left + 1 : Math.max(...lines.map((line) => line.length));
    const [down, right] = [
      this.model.rows.visible.length - area.top,
      this.model.columns.visible.length - area.left,
    ];
    if (height > down || width > right) {
      return this.onHint(filled(this.text["too_large"], { rows: height, columns: width, down, right }));
    }
    const target = { ...area, bottom: area.top + height - 1, right: area.left + width - 1 };
    const text = (row: number, column: number) => (isOne ? lines[0]![0]! : (lines[row]?.[column] ?? ""));
    await this.write(target, "paste", (row, column) => ({ text: text(row, column) }));
    this.table.far = this.table.spotAt(target.bottom, target.right);
    this.table.repaint();
  }

  /** Repeats the first row of the selection downwards, or its first column to the right. */
  async fill(way: "down" | "right", area = this.table.area): Promise<void> {
    if (!this.model.config.editable) return this.onHint(this.text["readonly"] ?? "");
    if (!area || (way === "down" ? area.top === area.bottom : area.left === area.right)) {
      return this.onHint(this.text["fill_more"] ?? "");
    }
    const [rows, columns] = this.spread(area);
    const from = (row: number, column: number) =>
      way === "down" ? this.model.current(rows[0]!, columns[column]!) : this.model.current(rows[row]!, columns[0]!);
    if (rows.some((_row, row) => columns.some((_column, column) => from(row, column) === undefined))) {
      return this.onHint(this.text["unread"] ?? "");
    }
    await this.write(area, "fill", (row, column) => {
      if (way === "down" ? row === 0 : column === 0) return null;
      return { amount: String(from(row, column)) };
    });
  }

  private async write(
    area: Area,
    kind: "paste" | "fill",
    said: (row: number, column: number) => { text: string } | { amount: string } | null,
  ): Promise<void> {
    const [rows, columns] = this.spread(area);
    const cells: Cell[] = [];
    rows.forEach((row, down) =>
      columns.forEach((column, right) => {
        const one = said(down, right);
        if (one && !("text" in one && one.text === "")) cells.push({ place: this.model.place(row, column), ...one });
      }),
    );
    if (cells.length === 0) return this.onHint(this.text["nothing"] ?? "");
    await this.changes.block(cells, kind, Math.min(...rows.map((row) => this.model.readAt(row))));
  }
}
