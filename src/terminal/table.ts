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
