// Amounts are fen in whole numbers; a row holds its months, everything wider is a sum of them.

export interface GridRow {
  code: string;
  name: string;
  owner: string;
  parent: string | null;
  depth: number;
  is_leaf: boolean;
  months: number[];
  compared: number[];
  locks: number[];
  _children?: GridRow[];
}

export interface GridConfig {
  version: number;
  product_line: string;
  months: string[];
  compared_label: string;
  rows: GridRow[];
  year: number;
  editable: boolean;
  urls: Record<"cells" | "outlook" | "why" | "lock" | "unlock" | "undo", string>;
}

/** A column of amounts: the months [start, stop) under the code of their period. */
export interface Span {
  code: string;
  start: number;
  stop: number;
}

export interface Moved {
  version: number;
  rows: Record<string, number[]>;
  locks: Record<string, number[]>;
}

export class GridModel {
  readonly byCode = new Map<string, GridRow>();
  readonly roots: GridRow[] = [];
  version: number;

  constructor(readonly config: GridConfig) {
    this.version = config.version;
    for (const row of config.rows) this.byCode.set(row.code, row);
    for (const row of config.rows) {
      const parent = row.parent === null ? undefined : this.byCode.get(row.parent);
      if (parent) (parent._children ??= []).push(row);
      else this.roots.push(row);
    }
  }

  get year(): Span {
    return { code: String(this.config.year), start: 0, stop: this.config.months.length };
  }

  get quarters(): Span[] {
    const count = Math.ceil(this.config.months.length / 3);
    return Array.from({ length: count }, (_, index) => ({
      code: `${this.config.year}Q${index + 1}`,
      start: index * 3,
      stop: Math.min(index * 3 + 3, this.config.months.length),
    }));
  }

  month(index: number): Span {
    return { code: this.config.months[index]!, start: index, stop: index + 1 };
  }

  /** Takes over what the server says has moved; the rows whose shown amounts or locks are now other. */
  take(moved: Moved): Set<GridRow> {
    const changed = new Set<GridRow>();
    for (const [code, months] of Object.entries(moved.rows)) {
      const row = this.byCode.get(code);
      if (row) {
        row.months = months;
        changed.add(row);
      }
    }
    for (const row of this.byCode.values()) {
      const locks = moved.locks[row.code] ?? row.months.map(() => 0);
      if (locks.some((state, index) => state !== row.locks[index])) {
        row.locks = locks;
        changed.add(row);
      }
    }
    this.version = moved.version;
    return changed;
  }
}

export function sum(amounts: number[], span: Span): number {
  let total = 0;
  for (let index = span.start; index < span.stop; index++) total += amounts[index] ?? 0;
  return total;
}

/** 0 free, 1 partly locked, 2 locked. */
export function lockOf(row: GridRow, span: Span): number {
  const states = row.locks.slice(span.start, span.stop);
  if (states.every((state) => state === 2)) return 2;
  return states.some((state) => state > 0) ? 1 : 0;
}
