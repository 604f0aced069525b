// Values are whole numbers of the smallest part of a unit (fen), kept as bigint: nothing is ever rounded by a float.

/** What the server sends: a number, or text where a number would lose digits. */
export type Sent = number | string;

/** `scale` stored integers make one unit, shown with `places` decimals. */
export interface Unit {
  id: string;
  word: string;
  scale: number;
  places: number;
}

export const exactly = (sent: Sent): bigint => BigInt(sent);

/** As people read it: in the unit with its decimals, half up. */
export function shown(value: bigint, { scale, places }: Unit): string {
  const shift = 10n ** BigInt(places);
  const whole = BigInt(scale);
  const rounded = (size(value) * shift * 2n + whole) / (whole * 2n);
  const decimals = places ? `.${String(rounded % shift).padStart(places, "0")}` : "";
  return `${value < 0n && rounded > 0n ? "-" : ""}${grouped(rounded / shift)}${decimals}`;
}

/** With all its decimals, as a person would edit it: 1234567 fen -> "1.234567". */
export function editable(value: bigint, { scale }: Unit): string {
  const whole = BigInt(scale);
  const width = String(scale).length - 1;
  const decimals = width ? String(size(value) % whole).padStart(width, "0").replace(/0+$/, "") : "";
  return `${value < 0n ? "-" : ""}${size(value) / whole}${decimals ? `.${decimals}` : ""}`;
}

const YUAN: Unit = { id: "yuan", word: "", scale: 100, places: 2 };

/** To the last digit with its unit: money in yuan. */
export function precise(value: bigint, unit: Unit, yuan = ""): string {
  if (unit.id === "fen") return `${shown(value, YUAN)} ${yuan}`;
  const [whole = "", decimals] = editable(value, unit).split(".");
  return `${grouped(whole)}${decimals ? `.${decimals}` : ""} ${unit.word}`;
}

/** A ratio as a percentage with two decimals; nothing where there is nothing to compare with. */
export function percent(part: bigint, whole: bigint, isSigned = false): string {
  if (whole <= 0n) return "—";
  const rate = (Number(part) / Number(whole)) * 100;
  return `${isSigned && rate > 0 ? "+" : ""}${rate.toFixed(2)}%`;
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function grouped(whole: bigint | string): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
}
