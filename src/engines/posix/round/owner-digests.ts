/** Digests of the files that have several names: a further name is linked, and has its owner's digest. */
import { comparePaths, nameOf, parentOf, type RawPath } from '../../../paths.ts';
import type { Digest } from './digest.ts';
import { copyJournalPath } from './files.ts';
import type { EntryOutcome } from './outcome.ts';
import { Outcomes } from './outcome-journal.ts';

export class OwnerDigests {
  private readonly roundDirectory: string;
  private readonly owners: readonly RawPath[];
  private readonly noted = new Map<RawPath, Digest>();
  /** Digests of the owners that an earlier call copied; read from the journal on first use. */
  private earlier: ReadonlyMap<RawPath, Digest> | undefined;

  /** `owners`: paths that may be asked for. They are few: one for each file with several names. */
  constructor(roundDirectory: string, owners: readonly RawPath[]) {
    this.roundDirectory = roundDirectory;
    this.owners = owners;
  }

  set(path: RawPath, digest: Digest): void {
    this.noted.set(path, digest);
  }

  note(path: RawPath, { digest, stat }: EntryOutcome): void {
    if (digest && stat && stat.nlink > 1) this.noted.set(path, digest);
  }

  of(owner: RawPath): Digest | undefined {
    return this.noted.get(owner) ?? (this.earlier ??= this.readEarlier()).get(owner);
  }

  private readEarlier(): ReadonlyMap<RawPath, Digest> {
    const digests = new Map<RawPath, Digest>();
    const outcomes = new Outcomes(copyJournalPath(this.roundDirectory));
    for (const owner of [...this.owners].sort(comparePaths)) {
      const directory = parentOf(owner);
      const { digest } = outcomes.find(directory, nameOf(owner), outcomes.of(directory)) ?? {};
      if (digest) digests.set(owner, digest);
    }
    return digests;
  }
}
