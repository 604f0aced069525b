// Paul Tol's "light" scheme (SRON/EPS/TN/09-002, 2021): distinct in all common forms of colour blindness, and
// light enough for black labels. Neighbouring territories differ in number; borders and labels say the same again.
export const PALETTE = ["#77AADD", "#EE8866", "#EEDD88", "#FFAABB", "#99DDFF", "#44BB99", "#BBCC33", "#AAAA00"];

export function colourOf(index: number): string {
  return PALETTE[index % PALETTE.length] ?? "#DDDDDD";
}
