// Text from the clipboard as a spreadsheet writes it: tabs between cells, line ends between rows, quotes around
// cells that hold either. What a cell means is for the server to say; blanks stay blanks.
export function parse(pasted: string): string[][] {
  const lines: string[][] = [[]];
  let cell = "";
  let isQuoted = false;
  const text = pasted.replace(/\r\n?/g, "\n");
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (isQuoted) {
      if (sign === '"' && text[at + 1] === '"') cell += text[++at];
      else if (sign === '"') isQuoted = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") isQuoted = true;
    else if (sign === "\t" || sign === "\n") {
      lines.at(-1)!.push(cell.trim());
      cell = "";
      if (sign === "\n") lines.push([]);
    } else cell += sign;
  }
  if (cell !== "" || lines.at(-1)!.length > 0) lines.at(-1)!.push(cell.trim());
  else lines.pop();
  return lines.some((line) => line.some((one) => one !== "")) ? lines : [];
}
