/** What the engine is made of. */
import type { AwsClients } from '../../../aws/clients.ts';
import type { Scope } from '../../../policy/datasync/filters.ts';
import type { WeighedDirectory } from '../../../policy/datasync/split-scope.ts';
import type { DataSyncSpec } from '../../../spec/kinds.ts';
import type { ExecutionEnd, Purpose } from './execution-record.ts';
import type { Time } from './time.ts';

export interface DataSyncEngineOptions {
  readonly spec: DataSyncSpec;
  readonly clients: AwsClients;
  /** The migration's directory in the state directory. */
  readonly directory: string;
  /** How many chunks the plan has, for the choice of a layout. */
  readonly chunkCount: () => number;
  /** Each execution that has ended, for the ledger; may be told again. */
  readonly onExecution: (told: ExecutionTold) => void;
  /** Directories to split a part along, where somebody can see or knows them; `known` are the catalog's. */
  readonly directoriesIn: (
    scope: Scope,
    known: readonly WeighedDirectory[],
  ) => Promise<readonly WeighedDirectory[]>;
  readonly time: Time;
}

export interface ExecutionTold {
  readonly chunk: string;
  readonly round: number;
  readonly purpose: Purpose;
  readonly attempt: string;
  readonly end: ExecutionEnd;
}
