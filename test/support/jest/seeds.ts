/**
 * Seeds of a test that plays a random story for each. The suite plays a short sample; `scripts/torture`
 * plays ranges of its own, which it hands over in LONGHAUL_SEEDS, as `from-to`.
 */
const RANGE = /^(\d+)-(\d+)$/;

/** The range of LONGHAUL_SEEDS, or 1 to `sample` when it is not set. */
export function seeds(sample: number): readonly number[] {
  const [from, to] = given() ?? [1, sample];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function given(): readonly [number, number] | undefined {
  const text = process.env['LONGHAUL_SEEDS'];
  if (text === undefined) return undefined;
  const match = RANGE.exec(text);
  if (match === null) throw new Error(`LONGHAUL_SEEDS is not from-to: ${text}`);
  return [Number(match[1]), Number(match[2])];
}
