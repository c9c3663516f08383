/** Text in aligned columns, two spaces apart. No line ends in a space. */

export type Align = 'left' | 'right';

export interface Column {
  readonly title: string;
  /** 'left' when absent. */
  readonly align?: Align;
}

const HELP_WIDTH = 96;

/** Returns one line per row, each column as wide as its widest cell. */
export function alignColumns(
  rows: readonly (readonly string[])[],
  align: readonly Align[],
  indent = '  ',
): string[] {
  const widths = align.map((_, i) => Math.max(0, ...rows.map((row) => (row[i] ?? '').length)));
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const width = widths[i] ?? 0;
      return align[i] === 'right' ? cell.padStart(width) : cell.padEnd(width);
    });
    return `${indent}${cells.join('  ')}`.trimEnd();
  });
}

/** Returns a header and rows as one text. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const header = columns.map(({ title }) => title);
  const align = columns.map((column) => column.align ?? 'left');
  return alignColumns([header, ...rows], align, '').join('\n');
}

/** Returns terms on the left and their explanations, wrapped, on the right: the layout of help pages. */
export function definitionList(rows: readonly (readonly [string, string])[]): string {
  const indent = Math.max(0, ...rows.map(([term]) => term.length)) + 4;
  const wrapped = rows.map(([term, text]) => [
    term,
    wrap(text, HELP_WIDTH - indent, ' '.repeat(indent)),
  ]);
  return alignColumns(wrapped, ['left', 'left']).join('\n');
}

/** Breaks a text into lines of at most `width` characters; all lines but the first start with `indent`. */
export function wrap(text: string, width = HELP_WIDTH, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join(`\n${indent}`);
}
