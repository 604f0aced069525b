// What the page and the server say to the grid.
import type { Sent, Unit } from "./amounts";

export interface NodeJson {
  n: number;
  code: string;
  name: string;
  note: string;
  below: number;
  above: string | null;
}

export interface Piece {
  version: number;
  rows: number[];
  columns: number[];
  values: Sent[][];
  whole: Sent[];
  locks: number[][];
  side: Record<string, (Sent | null)[]>;
  comments?: [number, number, number][];
}

export interface AxisJson {
  name: string;
  label: string;
  nodes: NodeJson[];
}

export interface SideJson {
  name: string;
  label: string;
  unit?: Unit;
}

type Url = "branch" | "piece" | "cells" | "block" | "outlook" | "why" | "lock" | "unlock" | "undo" | "redo" | "locks" | "comments" | "say";

export interface Config {
  editable: boolean;
  asked: Record<string, string>;
  rows: AxisJson;
  columns: AxisJson;
  within: Record<string, string>;
  /** The root of every dimension. */
  roots: Record<string, string>;
  unit: Unit;
  sides: SideJson[];
  piece: Piece;
  urls: Record<Url, string>;
}

export type Texts = Record<string, string>;

/** Names a cell to the server: one code per dimension. */
export type Place = Record<string, string>;

export interface LockJson {
  pk: number;
  label: string;
  held: Sent;
  owner: string;
  reason: string;
  may_unlock: boolean;
}

export interface Refusal {
  code?: string;
  message: string;
  /** No answer of the server: nobody knows for sure whether it was saved. */
  isLost?: boolean;
  conflict?: {
    label: string;
    value: Sent;
    nearest: Sent;
    locks: LockJson[];
    kept: { label: string; value: Sent } | null;
    other_rule: string | null;
    floor: string;
  };
  stale?: { label: string; typed: Sent; theirs: Sent; version: number };
  wrong?: { place: number; label: string; message: string }[];
}

export interface Moved {
  piece: Piece;
  shifts: [string, Sent, Sent][];
  cells_changed: number;
}

export function filled(text: string | undefined, values: Record<string, string | number>): string {
  return (text ?? "").replace(/\{(\w+)\}/g, (_all, name: string) => String(values[name] ?? ""));
}
