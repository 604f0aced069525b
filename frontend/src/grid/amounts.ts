// Fen in 万元 with two decimals, half up, and exact in yuan; whole numbers only, no floats.

export function wan(fen: number): string {
  const hundredths = Math.floor((Math.abs(fen) + 5_000) / 10_000);
  const sign = fen < 0 && hundredths > 0 ? "-" : "";
  return `${sign}${grouped(Math.floor(hundredths / 100))}.${two(hundredths % 100)}`;
}

export function yuan(fen: number): string {
  const size = Math.abs(fen);
  return `${fen < 0 ? "-" : ""}${grouped(Math.floor(size / 100))}.${two(size % 100)}`;
}

/** The amount in 万元 with all its decimals, as a person would edit it: 1234567 -> "1.234567". */
export function editable(fen: number): string {
  const size = Math.abs(fen);
  const decimals = String(size % 1_000_000).padStart(6, "0").replace(/0+$/, "");
  return `${fen < 0 ? "-" : ""}${Math.floor(size / 1_000_000)}${decimals ? `.${decimals}` : ""}`;
}

/** Growth as a percentage with two decimals; nothing where there was nothing to grow from. */
export function growth(now: number, before: number): string {
  if (before <= 0) return "—";
  const rate = ((now - before) / before) * 100;
  return `${rate > 0 ? "+" : ""}${rate.toFixed(2)}%`;
}

function grouped(whole: number): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
