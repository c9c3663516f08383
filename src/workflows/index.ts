/** Everything that the workflow bundle holds: the export names are the workflow types. */
export { chunk } from './chunk/chunk.ts';
export { round } from './round/round.ts';
export { provision } from './provision.ts';
export { migration } from './migration/migration.ts';
