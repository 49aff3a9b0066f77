const ESCAPE = "\u001b";
const CONTROL = new RegExp(`${ESCAPE}\\[(\\d*)([A-Z])`, "y");

/** What stands on a terminal of so many columns after a text: the sequences that Node's readline writes, and line feeds. */
export function screen(text: string, columns: number): string[] {
  const rows: string[][] = [[]];
  let row = 0;
  let column = 0;
  const cells = (): string[] => (rows[row] ??= []);
  for (let at = 0; at < text.length; at++) {
    CONTROL.lastIndex = at;
    const control = CONTROL.exec(text);
    if (control !== null) {
      at = CONTROL.lastIndex - 1;
      const [, number, kind] = control;
      if (kind === "A") row = Math.max(0, row - Number(number));
      else if (kind === "G") column = Number(number) - 1;
      else if (kind === "K") rows[row] = number === "2" ? [] : cells().slice(0, column);
      else if (kind === "J") rows.splice(row, rows.length, cells().slice(0, column));
      else throw new Error(`not known to this screen: ${JSON.stringify(control[0])}`);
      continue;
    }
    if (text[at] === "\n") {
      row++;
      column = 0;
      cells();
      continue;
    }
    if (column === columns) {
      row++;
      column = 0;
    }
    const line = cells();
    while (line.length < column) line.push(" ");
    line[column++] = text[at]!;
  }
  return rows.map((line) => line.join("").trimEnd());
}
