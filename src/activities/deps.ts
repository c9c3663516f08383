/** What the activities are given; `src/workers/deps.ts` decides what is real. */
import type { AwsClients } from '../aws/clients.ts';
import type { Engine } from '../engines/engine.ts';
import type { StateDirectory } from '../state/state-directory.ts';
import type { DirectorySummary } from '../policy/chunks/plan.ts';
import type { AwsSettings } from '../spec/aws-schema.ts';
import type { MigrationSpec } from '../spec/schema.ts';

export interface AssessRequest {
  readonly spec: MigrationSpec;
  /** Where the directory summaries are kept. */
  readonly outDirectory: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly entries: number; readonly bytes: number }) => void;
}

export interface ActivityDeps {
  /** Clients for one use; whoever asks disposes of them. */
  readonly aws: (settings: Pick<AwsSettings, 'region' | 'endpoints'>) => Promise<AwsClients>;
  readonly state: StateDirectory;
  /** The engine of a migration that this process serves: one, whoever asks. */
  readonly engine: (migration: string) => Engine;
  /** Directory summaries of the source, each directory directly before its subtree. */
  readonly assess: (request: AssessRequest) => Promise<Iterable<DirectorySummary>>;
  /** This worker process, for people: "host/pid". */
  readonly holder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
