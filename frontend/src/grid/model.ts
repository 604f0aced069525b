// What the grid knows: two axes, and for the rows it has seen their amounts, locks and figures beside.
import { exactly } from "./amounts";
import { Axis, type AxisNode } from "./axis";
import type { Config, Piece, Place } from "./config";
import { ask } from "./server";

interface Seen {
  /** The version of the plan that was read. */
  version: number;
  round: number;
  values: Map<number, bigint>;
  locks: Map<number, number>;
  whole: bigint;
  side: Map<string, bigint | null>;
}

export class GridModel {
  readonly rows: Axis;
  readonly columns: Axis;
  readonly comments = new Map<string, number>();
  sides: string[] = ["last_year", "growth", "share"];
  version: number;
  /** Goes up when everything read before may be out of date. */
  private round = 0;
  private readonly seen = new Map<number, Seen>();

  constructor(readonly config: Config) {
    const branch = async (dimension: string, code: string) => {
      const found = await ask<{ nodes: Config["rows"]["nodes"] }>(config.urls.branch, { dimension, open: code });
      return found?.nodes ?? null;
    };
    this.rows = new Axis(config.rows, branch);
    this.columns = new Axis(config.columns, branch);
    this.version = config.piece.version;
    this.take(config.piece);
  }

  /** How the server is told of a cell. */
  place(row: AxisNode, column: AxisNode): Place {
    return this.placeOf(row.code, column.code);
  }

  placeOf(row: string, column: string): Place {
    const { within, roots } = this.config;
    const codes: Place = { ...within, [this.rows.name]: row, [this.columns.name]: column };
    const { region = "", period = "", product = "", ...further } = codes;
    const others = Object.entries(further)
      .filter(([dimension, code]) => code !== roots[dimension])
      .sort()
      .map(([dimension, code]) => `${dimension}=${code}`);
    return { region, period, line: product === roots["product"] ? "" : product, others: others.join(",") };
  }

  value(row: AxisNode, column: AxisNode): bigint | undefined {
    return this.seen.get(row.n)?.values.get(column.n);
  }

  /** The amount, unless something was changed since it was read. */
  current(row: AxisNode, column: AxisNode): bigint | undefined {
    return this.seen.get(row.n)?.round === this.round ? this.value(row, column) : undefined;
  }

  /** 0 free, 1 partly locked, 2 locked. */
  lock(row: AxisNode, column: AxisNode): number {
    return this.seen.get(row.n)?.locks.get(column.n) ?? 0;
  }

  whole(row: AxisNode): bigint | undefined {
    return this.seen.get(row.n)?.whole;
  }

  side(row: AxisNode, name: string): bigint | null | undefined {
    return this.seen.get(row.n)?.side.get(name);
  }

  /** The version in which a row was read: what an edit of it goes by. */
  readAt(row: AxisNode): number {
    return this.seen.get(row.n)?.version ?? this.version;
  }

  /** Whether all of a row on show has been read since the last change. */
  isFresh(row: AxisNode, columns: AxisNode[]): boolean {
    const known = this.seen.get(row.n);
    if (!known || known.round !== this.round) return false;
    if (!this.asides.every((name) => known.side.has(name))) return false;
    return columns.every((column) => known.values.has(column.n));
  }

  /** The figures beside that the server must be asked for; the rest follows from them. */
  get asides(): string[] {
    const wanted = this.sides.filter((name) => name !== "growth" && name !== "share");
    if (this.sides.includes("growth") && !wanted.includes("last_year")) wanted.push("last_year");
    return wanted;
  }

  expire(): void {
    this.round += 1;
  }

  /** Takes over a piece; the cells (`row:column`) whose amounts are now other than they were shown. */
  take(piece: Piece): Set<string> {
    if (piece.version !== this.version) this.expire();
    this.version = piece.version;
    const changed = new Set<string>();
    piece.rows.forEach((n, at) => {
      const known = this.seen.get(n);
      const isCurrent = known?.round === this.round;
      const now: Seen = {
        version: piece.version,
        round: this.round,
        values: new Map(isCurrent ? known?.values : []),
        locks: new Map(isCurrent ? known?.locks : []),
        whole: exactly(piece.whole[at]!),
        side: new Map(known?.side ?? []),
      };
      piece.columns.forEach((column, place) => {
        const value = exactly(piece.values[at]![place]!);
        const before = known?.values.get(column);
        if (before !== undefined && before !== value) changed.add(`${n}:${column}`);
        now.values.set(column, value);
        now.locks.set(column, piece.locks[at]?.[place] ?? 0);
        this.comments.delete(`${n}:${column}`);
      });
      for (const [name, figures] of Object.entries(piece.side)) {
        const figure = figures[at];
        now.side.set(name, figure === null || figure === undefined ? null : exactly(figure));
      }
      this.seen.set(n, now);
    });
    for (const [row, column, count] of piece.comments ?? []) this.comments.set(`${row}:${column}`, count);
    return changed;
  }

  /** What to ask for to read these rows and columns. */
  query(rows: AxisNode[], columns: AxisNode[], withSides: boolean): Record<string, string> {
    return {
      ...this.config.asked,
      r: ranges(rows.map((row) => row.n)),
      c: ranges(columns.map((column) => column.n)),
      side: withSides ? this.asides.join(",") : "",
    };
  }
}

/** 0,1,2,5 -> "0-2,5" */
export function ranges(numbers: number[]): string {
  const sorted = [...numbers].sort((one, other) => one - other);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; at++) {
    const first = sorted[at]!;
    while (sorted[at + 1] === sorted[at]! + 1) at++;
    parts.push(first === sorted[at] ? String(first) : `${first}-${sorted[at]}`);
  }
  return parts.join(",");
}
