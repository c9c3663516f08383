export interface Source {
  /** Relative to the checkout: 'src/paths.ts'. */
  readonly path: string;
  readonly text: string;
  /** Relative to the checkout. */
  readonly imports: readonly string[];
}
/** By folder: its entries on each floor, from the ground up. */
export const FLOORS: Readonly<Record<string, readonly (readonly string[])[]>>;
/** One line per violation, beginning with its path. Without sources: those of src/. */
export function violations(sources?: readonly Source[]): string[];
