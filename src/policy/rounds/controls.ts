/** Settings that operators change while a migration runs. Applying the same change twice changes nothing. */
import type { DeleteAllowance } from './deletes.ts';

export interface Controls {
  /** As written: "20 Mbit/s", or "none"; undefined: the spec's bandwidth applies. */
  readonly bandwidth?: string;
  readonly addedExclusions: readonly string[];
  readonly removedExclusions: readonly string[];
  readonly exceptions: readonly AcceptedException[];
  /** By chunk; removed once the chunk's delete-pass has used it. */
  readonly deletesAllowed: Readonly<Record<string, AllowedDeletes>>;
}

export interface AllowedDeletes extends DeleteAllowance {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

export interface AcceptedException {
  /** Printable. */
  readonly path: string;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

export type ControlsChange =
  | { readonly type: 'bandwidth'; readonly bandwidth: string }
  | { readonly type: 'add exclusions'; readonly patterns: readonly string[] }
  | { readonly type: 'remove exclusions'; readonly patterns: readonly string[] }
  | { readonly type: 'accept exception'; readonly exception: AcceptedException }
  | {
      readonly type: 'allow deletes';
      readonly chunks: readonly string[];
      readonly allowed: AllowedDeletes;
    };

export const NO_CONTROLS: Controls = {
  addedExclusions: [],
  removedExclusions: [],
  exceptions: [],
  deletesAllowed: {},
};

export function withChange(controls: Controls, change: ControlsChange): Controls {
  switch (change.type) {
    case 'bandwidth':
      return { ...controls, bandwidth: change.bandwidth };
    case 'add exclusions':
      return {
        ...controls,
        addedExclusions: union(controls.addedExclusions, change.patterns),
        removedExclusions: difference(controls.removedExclusions, change.patterns),
      };
    case 'remove exclusions':
      return {
        ...controls,
        addedExclusions: difference(controls.addedExclusions, change.patterns),
        removedExclusions: union(controls.removedExclusions, change.patterns),
      };
    case 'accept exception': {
      const { path } = change.exception;
      const known = controls.exceptions.some((exception) => exception.path === path);
      return known
        ? controls
        : { ...controls, exceptions: [...controls.exceptions, change.exception] };
    }
    case 'allow deletes': {
      const given = change.chunks.map((chunk) => [chunk, change.allowed] as const);
      return {
        ...controls,
        deletesAllowed: { ...controls.deletesAllowed, ...Object.fromEntries(given) },
      };
    }
  }
}

/** Removes the allowance to delete of one chunk: it applies once. */
export function withoutAllowance(controls: Controls, chunk: string): Controls {
  const others = Object.entries(controls.deletesAllowed).filter(([id]) => id !== chunk);
  return { ...controls, deletesAllowed: Object.fromEntries(others) };
}

/** Returns the patterns in force: those of the spec and those added, without those removed. */
export function excludesInForce(ofSpec: readonly string[], controls: Controls): readonly string[] {
  return difference(union(ofSpec, controls.addedExclusions), controls.removedExclusions);
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])];
}

function difference(a: readonly string[], b: readonly string[]): readonly string[] {
  return a.filter((item) => !b.includes(item));
}
