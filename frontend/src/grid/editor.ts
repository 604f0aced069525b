// The field over a cell: typing replaces, Enter and F2 change what is there, Esc leaves it as it was.
import { editable } from "./amounts";
import type { Changes } from "./changes";
import type { Texts } from "./config";
import type { GridModel } from "./model";
import type { GridTable, Spot } from "./table";

const LEAVING: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class Editor {
  onHint: (text: string) => void = () => {};
  private readonly field = document.createElement("input");
  private spot: Spot | null = null;
  private original = "";
  private isReplacing = false;

  constructor(
    private readonly table: GridTable,
    private readonly model: GridModel,
    private readonly changes: Changes,
    private readonly text: Texts,
  ) {
    this.field.className = "sheet-field";
    this.field.hidden = true;
    this.field.autocomplete = "off";
    this.field.setAttribute("aria-label", text["new_value"] ?? "");
    table.body.append(this.field);
    this.field.addEventListener("keydown", (event) => this.onKey(event));
    this.field.addEventListener("blur", () => void this.finish(true));
    for (const name of ["copy", "paste", "cut"] as const) this.field.addEventListener(name, (event) => event.stopPropagation());
  }

  /** Opens over the active cell; with `first` it starts from that instead of the value. */
  open(first = ""): void {
    const spot = this.table.active;
    if (!spot) return;
    if (!this.model.config.editable) {
      this.onHint(this.text["readonly"] ?? "");
      return;
    }
    const value = this.model.value(spot.row, spot.column);
    if (value === undefined && first === "") return;
    this.spot = spot;
    this.original = value === undefined ? "" : editable(value, this.model.config.unit);
    this.isReplacing = first !== "";
    const box = this.table.boxOf(spot);
    for (const side of ["left", "top", "width", "height"] as const) this.field.style[side] = `${box[side]}px`;
    this.field.value = first || this.original;
    this.field.hidden = false;
    this.field.focus({ preventScroll: true });
    if (!first) this.field.select();
  }

  private onKey(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.isComposing) return;
    const step = LEAVING[event.key];
    if (event.key === "Escape") void this.finish(false);
    else if (event.key === "Enter") this.leave(event.shiftKey ? -1 : 1, 0);
    else if (event.key === "Tab") this.leave(0, event.shiftKey ? -1 : 1);
    else if (step && this.isReplacing) this.leave(...step);
    else return;
    event.preventDefault();
  }

  private leave(down: number, right: number): void {
    const spot = this.spot;
    void this.finish(true);
    if (!spot) return;
    const [row, column] = this.table.placeOf(spot);
    const next = this.table.spotAt(row + down, column + right);
    if (next) this.table.choose(next);
  }

  private async finish(keep: boolean): Promise<void> {
    const { spot } = this;
    if (!spot) return;
    this.spot = null;
    const typed = this.field.value.trim();
    this.field.hidden = true;
    this.table.holder.focus({ preventScroll: true });
    if (!keep || typed === this.original) return;
    if (typed === "") {
      this.onHint(this.text["clear"] ?? "");
      return;
    }
    await this.changes.type(this.model.place(spot.row, spot.column), typed, this.model.readAt(spot.row));
  }
}
