/** Settings and callbacks from the caller of the engine. */
import type { AwsClients } from '../../../aws/clients.ts';
import type { PathScope } from '../../../policy/datasync/scope.ts';
import type { WeighedDirectory } from '../../../policy/datasync/split-scope.ts';
import type { DataSyncSpec } from '../../../spec/kinds.ts';
import type { ExecutionEnd, Purpose } from './execution-journal.ts';
import type { Time } from './time.ts';

export interface DataSyncEngineOptions {
  readonly spec: DataSyncSpec;
  readonly clients: AwsClients;
  /** The migration's directory in the state directory. */
  readonly directory: string;
  /** Number of chunks in the plan, which decides the task layout. */
  readonly chunkCount: () => number;
  /** Called when an execution has ended; may be called again for the same execution. */
  readonly onExecutionEnded: (ended: EndedExecution) => void;
  /** Lists directories along which `scope` can be split. `known` comes from the catalog. */
  readonly directoriesIn: (
    scope: PathScope,
    known: readonly WeighedDirectory[],
  ) => Promise<readonly WeighedDirectory[]>;
  readonly time: Time;
}

export interface EndedExecution {
  readonly chunk: string;
  readonly round: number;
  readonly purpose: Purpose;
  readonly attempt: string;
  readonly end: ExecutionEnd;
}
