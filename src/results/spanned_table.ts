/** A cell; undefined: the one to its left reaches over it. */
export type SpannedRow = readonly (string | undefined)[];

const GAP = "  ";

/** Rows in columns, flush left, with cells that reach over several columns. */
export function spannedTable(rows: readonly SpannedRow[]): string[] {
  const widths: number[] = [];
  // Those that reach over less first: who needs more room takes it from the last column.
  const cells = rows.flatMap(cellsOf).sort((one, other) => one.columns - other.columns);
  for (const { text, at, columns } of cells) {
    const last = at + columns - 1;
    const room = widthOf(widths, at, last) + GAP.length;
    widths[last] = Math.max(widths[last] ?? 0, text.length - (columns > 1 ? room : 0));
  }
  return rows.map((row) =>
    cellsOf(row)
      .map(({ text, at, columns }) => text.padEnd(widthOf(widths, at, at + columns)))
      .join(GAP)
      .trimEnd(),
  );
}

interface Cell {
  readonly text: string;
  readonly at: number;
  readonly columns: number;
}

function cellsOf(row: SpannedRow): Cell[] {
  return row.flatMap((text, at) => {
    if (text === undefined) return [];
    const next = row.findIndex((cell, i) => i > at && cell !== undefined);
    return [{ text, at, columns: (next === -1 ? row.length : next) - at }];
  });
}

/** Of the columns from `begin` to before `end`, the gaps between them included. */
function widthOf(widths: readonly number[], begin: number, end: number): number {
  const own = widths.slice(begin, end);
  return own.reduce((sum, width) => sum + width, GAP.length * Math.max(0, own.length - 1));
}
