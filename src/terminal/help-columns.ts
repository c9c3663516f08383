/** Text in columns for help pages. Pure. */
const WIDTH = 96;

/** Two columns: words to the left, their explanation to the right, wrapped. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows
    .map(([left, right]) => {
      const indent = ' '.repeat(width + 4);
      return `  ${left.padEnd(width)}  ${wrap(right, WIDTH - width - 4, indent)}`.trimEnd();
    })
    .join('\n');
}

export function wrap(text: string, width = WIDTH, indent = ''): string {
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
