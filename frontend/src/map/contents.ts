// What the server says about an alignment, and how amounts are written.
export interface Deviation {
  deviation_bp: number | null;
  tolerance_bp: number;
  balance: "ok" | "heavy" | "light" | "none";
  word: string;
}

export interface Territory extends Deviation {
  code: string;
  name: string;
  region: string;
  owner: string;
  units: number;
  amount_fen: number;
  customers: number;
  measures: Record<string, Deviation>;
  colour: number;
}

export interface Unit {
  code: string;
  name: string;
  territory: string;
  amount_fen: number;
  customers: number;
}

// What may change while a draft is worked on; absent where one may not.
export interface Editing {
  can_undo: boolean;
  can_redo: boolean;
  locked_units: string[];
  locked_territories: string[];
}

// `changed`: the units that differ from the alignment in force, with the territory they are in today.
export interface Contents extends Partial<Editing> {
  version: number;
  territories: Territory[];
  units: Unit[];
  changed: Record<string, string>;
}

export interface UnitDetail {
  place: string;
}

// A step that was made: where the moved units are now, and every visible territory as it is now.
export interface Step extends Editing {
  version: number;
  places: Record<string, string>;
  is_redrawn: boolean;
  territories: Territory[];
  warnings: string[];
}

export interface Level {
  value: number;
  shown: string;
  exact: string;
  mean: number;
  deviation_bp: number | null;
  balance: Territory["balance"];
  word: string;
}

export interface Touched {
  code: string;
  name: string;
  units: [number, number];
  pieces: [number, number];
  measures: { measure: string; label: string; tolerance_bp: number; before: Level; after: Level }[];
}

// Territories divided anew, as a proposal: unit -> territory, and the territories before and after.
export interface Proposal {
  version: number;
  places: Record<string, string>;
  territories: Touched[];
}

export interface WhatIf {
  version: number;
  moved: number;
  told: { label: string; shown: string }[];
  territories: Touched[];
  near: { code: string; borders: number }[];
  warnings: string[];
}

export async function load<T>(url: string): Promise<T> {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return (await answer.json()) as T;
}

const wan = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const yuan = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function inWan(fen: number): string {
  return wan.format(fen / 1_000_000);
}

export function exactly(fen: number): string {
  const [whole, part] = document.documentElement.lang.startsWith("zh") ? ["元", "分"] : ["CNY", "fen"];
  return `${yuan.format(fen / 100)} ${whole} (${fen} ${part})`;
}

export function percent(bp: number): string {
  return `${bp > 0 ? "+" : ""}${(bp / 100).toFixed(2)}%`;
}
