/** Aligned columns of plain text. Pure. */

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A header and rows, two spaces apart, without trailing blanks. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  return [columns.map(({ title }) => title), ...rows]
    .map((cells) =>
      cells
        .map((cell, i) =>
          columns[i]?.align === 'right'
            ? cell.padStart(widths[i] ?? 0)
            : cell.padEnd(widths[i] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** 1234567 → '1,234,567'. */
export function count(value: number): string {
  // toLocaleString loads 30 ms of locale data for the same.
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** 1 → '1 chunk', 2 → '2 chunks'. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
