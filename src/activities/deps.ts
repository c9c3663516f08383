/** Dependencies of the activities; src/workers/deps.ts creates the real ones. */
import type { AwsClients } from '../aws/clients.ts';
import type { Engine } from '../engines/engine.ts';
import type { StateDirectory } from '../state/state-directory.ts';
import type { DirectorySummary } from '../policy/chunks/plan.ts';
import type { AwsSettings } from '../spec/aws-schema.ts';
import type { MigrationSpec } from '../spec/schema.ts';

export interface AssessRequest {
  readonly spec: MigrationSpec;
  /** Directory for the directory summaries. */
  readonly outDirectory: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly entries: number; readonly bytes: number }) => void;
}

export interface ActivityDeps {
  /** Creates clients for one use; the caller disposes of them. */
  readonly aws: (settings: Pick<AwsSettings, 'region' | 'endpoints'>) => Promise<AwsClients>;
  readonly state: StateDirectory;
  /** Returns the engine of a migration that this process serves; the same one for all callers. */
  readonly engine: (migration: string) => Engine;
  /** Returns directory summaries of the source, each directory directly before its subtree. */
  readonly assess: (request: AssessRequest) => Promise<Iterable<DirectorySummary>>;
  /** Name of this worker process: "host/pid". */
  readonly holder: string;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
}
