// Amounts are whole numbers of the smallest part of a unit (fen), kept as bigint: nothing is ever rounded by a float.

/** What the server sends: a number, or text where a number would lose digits. */
export type Sent = number | string;

export const exactly = (sent: Sent): bigint => BigInt(sent);

/** Fen in 万元 with two decimals, half up. */
export function wan(fen: bigint): string {
  const hundredths = (size(fen) + 5_000n) / 10_000n;
  return `${fen < 0n && hundredths > 0n ? "-" : ""}${grouped(hundredths / 100n)}.${two(hundredths % 100n)}`;
}

export function yuan(fen: bigint): string {
  const all = size(fen);
  return `${fen < 0n ? "-" : ""}${grouped(all / 100n)}.${two(all % 100n)}`;
}

/** The amount in 万元 with all its decimals, as a person would edit it: 1234567 -> "1.234567". */
export function editable(fen: bigint): string {
  const all = size(fen);
  const decimals = String(all % 1_000_000n).padStart(6, "0").replace(/0+$/, "");
  return `${fen < 0n ? "-" : ""}${all / 1_000_000n}${decimals ? `.${decimals}` : ""}`;
}

/** A ratio as a percentage with two decimals; nothing where there is nothing to compare with. */
export function percent(part: bigint, whole: bigint, isSigned = false): string {
  if (whole <= 0n) return "—";
  const rate = (Number(part) / Number(whole)) * 100;
  return `${isSigned && rate > 0 ? "+" : ""}${rate.toFixed(2)}%`;
}

function size(fen: bigint): bigint {
  return fen < 0n ? -fen : fen;
}

function grouped(whole: bigint): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
}

function two(value: bigint): string {
  return String(value).padStart(2, "0");
}
