/** What the activities are given; `src/workers/deps.ts` decides what is real. */
import type { AwsClients } from '../aws/clients.ts';
import type { Engine } from '../engines/engine.ts';
import type { TreeIdentity } from '../model/tree-identity.ts';
import type { StateDirectory } from '../state/state-directory.ts';
import type { DirectorySummary } from '../policy/chunks/plan.ts';
import type { AwsSettings } from '../spec/aws-schema.ts';
import type { MigrationSpec } from '../spec/schema.ts';

/** migration.json: written once, when the migration is started. */
export interface MigrationFile {
  readonly v: 1;
  /** Of the state directory it was started in. */
  readonly stateId: string;
  readonly spec: MigrationSpec;
  readonly identities?: { readonly source: TreeIdentity; readonly destination: TreeIdentity };
}

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
