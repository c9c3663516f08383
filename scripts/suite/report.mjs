// What jest's results say that its own output does not: the slowest files and tests, and what was skipped.
import { relative } from 'node:path';

const SHOWN = 10;

/** The report as text. `root` is the checkout. */
export function reportOf({ testResults }, root) {
  const suites = testResults.map((suite) => ({ ...suite, file: relative(root, suite.name) }));
  const tests = suites.flatMap(({ file, assertionResults }) =>
    assertionResults.map((test) => ({ ...test, name: `${file}: ${test.fullName}` })),
  );
  const files = suites.map(({ file, startTime, endTime }) => ({
    name: file,
    duration: endTime - startTime,
  }));
  const skipped = tests
    .filter(({ status }) => status === 'pending' || status === 'todo')
    .map(({ name }) => name);
  return [
    ...paragraph('skipped', skipped),
    ...paragraph('slowest files', slowest(files)),
    ...paragraph('slowest tests', slowest(tests)),
  ].join('\n');
}

const paragraph = (title, lines) =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];

function slowest(things) {
  return things
    .filter(({ duration }) => duration > 0)
    .sort((a, b) => b.duration - a.duration)
    .slice(0, SHOWN)
    .map(({ duration, name }) => `${(duration / 1000).toFixed(1).padStart(6)} s  ${name}`);
}
