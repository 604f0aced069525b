// What the server says about an alignment, and how amounts are written.
export interface Territory {
  code: string;
  name: string;
  region: string;
  owner: string;
  units: number;
  amount_fen: number;
  customers: number;
  deviation_bp: number | null;
  tolerance_bp: number;
  balance: "ok" | "heavy" | "light" | "none";
  word: string;
  colour: number;
}

export interface Unit {
  code: string;
  name: string;
  territory: string;
  amount_fen: number;
  customers: number;
}

export interface Contents {
  version: number;
  territories: Territory[];
  units: Unit[];
  changed: string[];
}

export interface UnitDetail {
  place: string;
  choices: { code: string; name: string }[];
}

export interface Moved {
  version: number;
  unit: string;
  territory: string;
  after: Territory[];
  changed: string[];
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
