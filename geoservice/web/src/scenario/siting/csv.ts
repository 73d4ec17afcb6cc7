/** The rows of a CSV text, with quotes; the separator is the one that its first line has most. Pure. */

export interface CsvRow {
  /** The line on which the row begins, from 1. */
  line: number;
  cells: string[];
}

const SEPARATORS = [",", ";", "\t", "，"];

export function csvRows(text: string): CsvRow[] {
  const head = text.split(/\r?\n|\r/, 1)[0] ?? "";
  const separator = SEPARATORS.reduce((best, s) => (head.split(s).length > head.split(best).length ? s : best));
  const rows: CsvRow[] = [];
  let row: CsvRow = { line: 1, cells: [] };
  let [cell, quoted, line] = ["", false, 1];
  const endRow = (): void => {
    row.cells.push(cell);
    if (row.cells.some((c) => c.trim() !== "")) rows.push(row);
    [row, cell] = [{ line, cells: [] }, ""];
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const breaks = c === "\n" || (c === "\r" && text[i + 1] !== "\n");
    if (breaks) line++;
    if (quoted && c === '"' && text[i + 1] === '"') [cell, i] = [cell + c, i + 1];
    else if (c === '"' && (quoted || cell.trim() === "")) [quoted, cell] = [!quoted, quoted ? cell : ""];
    else if (quoted) cell += c;
    else if (c === separator) {
      row.cells.push(cell);
      cell = "";
    } else if (breaks) endRow();
    else if (c !== "\r") cell += c;
  }
  endRow();
  return rows;
}
