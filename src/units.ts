/** Parses and formats sizes, rates, durations, moments and counts. */

const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const RATE_UNITS: Readonly<Record<string, number>> = {
  'bit/s': 1 / 8,
  'kbit/s': 1e3 / 8,
  'Mbit/s': 1e6 / 8,
  'Gbit/s': 1e9 / 8,
  'B/s': 1,
  'kB/s': 1e3,
  'MB/s': 1e6,
  'GB/s': 1e9,
  'KiB/s': 2 ** 10,
  'MiB/s': 2 ** 20,
  'GiB/s': 2 ** 30,
};
const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3600e3,
  d: 86400e3,
  w: 604800e3,
};

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z/]+)\s*$/.exec(text);
  const unit = match?.[2] === undefined ? undefined : units[match[2]];
  return unit === undefined ? undefined : Number(match?.[1]) * unit;
}

/** '200 GiB' → bytes; undefined if it is not a size. */
export function parseSize(text: string): number | undefined {
  const bytes = parseQuantity(text, SIZE_UNITS);
  return bytes === undefined ? undefined : Math.round(bytes);
}

/** '50 Mbit/s' → bytes per second; undefined if it is not a rate. */
export function parseRate(text: string): number | undefined {
  return parseQuantity(text, RATE_UNITS);
}

/** '6h', '90s', '1h30m' → milliseconds; undefined if it is not a duration. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*(ms|[smhdw])/g)];
  if (
    parts.length === 0 ||
    parts
      .map((part) => part[0])
      .join('')
      .replace(/\s/g, '') !== text.replace(/\s/g, '')
  ) {
    return undefined;
  }
  return parts.reduce(
    (sum, part) => sum + Number(part[1]) * (DURATION_UNITS[part[2] ?? ''] ?? 0),
    0,
  );
}

/** 1536 → '1.5 KiB'. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let i = 0;
  // A value that rounds to 1024.0 is 1.00 of the next unit.
  while (Math.abs(value) >= (i === 0 ? 1024 : 1023.95) && i < names.length - 1) {
    value /= 1024;
    i++;
  }
  return `${i === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${names[i]}`;
}

/** 6250000 → '50 Mbit/s'. */
export function formatRate(bytesPerSecond: number): string {
  const bits = bytesPerSecond * 8;
  const [value, unit] =
    bits >= 1e9
      ? [bits / 1e9, 'Gbit/s']
      : bits >= 1e6
        ? [bits / 1e6, 'Mbit/s']
        : [bits / 1e3, 'kbit/s'];
  return `${Number(value.toFixed(value < 10 ? 1 : 0))} ${unit}`;
}

/** 5400000 → '1h 30m', with the two largest units that are not zero. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  let rest = Math.round(ms / 1000);
  const parts: string[] = [];
  for (const [unit, seconds] of [
    ['d', 86400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}

/** Formats milliseconds since 1970: '2026-03-01 02:10 UTC', with seconds unless they are 0. */
export function formatMoment(ms: number): string {
  const text = new Date(ms).toISOString();
  const seconds = text.slice(16, 19) === ':00' ? '' : text.slice(16, 19);
  return `${text.slice(0, 10)} ${text.slice(11, 16)}${seconds} UTC`;
}

/** 1 → '1 chunk', 1200 → '1,200 chunks'. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${groupDigits(value)} ${value === 1 ? one : many}`;
}

/** 1234567 → '1,234,567'. */
export function groupDigits(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}
