/** Proofs that nothing was lost on the way to EFS: the trees, the ledger, and AWS's record of executions. */
import { lstatSync } from 'node:fs';
import { readPlan } from '../activities/migration.ts';
import { plural } from '../units.ts';
import { readReport } from '../engines/datasync/evidence/report.ts';
import { readLedger } from '../ledger/ledger.ts';
import { openStateDirectory } from '../state/state-directory.ts';
import { rawToBytes } from '../paths.ts';
import type { Cloud, Execution } from './cloud.ts';
import { BUCKET } from './cloud-paper.ts';
import type { Narrator } from './narrator.ts';
import { MIGRATION, type Places } from './paper.ts';
import { byLedger, byManifest, byTrees, said, type Proof } from './proof.ts';

export async function proveCloud(
  narrator: Narrator,
  places: Places,
  cloud: Cloud,
): Promise<readonly Proof[]> {
  const trees = { seenAt: places.source, wholeSeconds: false, mayDiffer: isHardLink };
  const inOrder = [
    await byTrees(narrator, places, trees),
    await byLedger(narrator),
    await byManifest(
      narrator,
      places,
      'names, types, sizes and times of files: DataSync reports no more',
    ),
  ];
  const executions = await cloud.executions();
  return [
    ...inOrder,
    byExecutions(narrator, places, executions),
    await byDeletes(narrator, places, cloud, executions),
  ];
}

/** A complete entry that is no longer a hard link to another one. */
const isHardLink = {
  is: (line: string): boolean => /^hf {9} /.test(line),
  what: 'hard link',
  because:
    'DataSync links names that it copies in one execution; a name that comes later becomes a copy',
};

/** Proves that each attempt was started once, has ended, and is in the ledger. */
export function byExecutions(
  narrator: Narrator,
  { state }: Places,
  executions: readonly Execution[],
): Proof {
  const inLedger = new Set<string>();
  for (const line of readLedger(openStateDirectory(state).migration(MIGRATION).ledgerPath))
    if (line.kind === 'execution') inLedger.add(line.arn);
  const attempts = executions.map(({ attempt }) => attempt);
  const known = new Set(executions.map(({ arn }) => arn));
  const wrong = [
    ...executions
      .filter(({ attempt }, at) => attempt === undefined || attempts.indexOf(attempt) !== at)
      .map(({ id }) => `${id}: a duplicate`),
    ...executions
      .filter(({ described: { Status } }) => Status !== 'SUCCESS' && Status !== 'ERROR')
      .map(({ id }) => `${id}: an orphan, it is still under way`),
    ...executions
      .filter(({ arn }) => !inLedger.has(arn))
      .map(({ id }) => `${id}: not in the ledger`),
    ...[...inLedger].filter((arn) => !known.has(arn)).map((arn) => `${arn}: only in the ledger`),
  ];
  const says =
    wrong.length === 0
      ? `the sandbox's own record has ${plural(executions.length, 'execution')}: each started once, over, and in the ledger`
      : `${plural(wrong.length, 'execution')} of the sandbox's record are wrong`;
  return said(narrator, { by: 'executions', ok: wrong.length === 0, says }, wrong);
}

/** Proves that every entry that DataSync deleted is missing from the source and was deleted in the last round. */
export async function byDeletes(
  narrator: Narrator,
  { state, source }: Places,
  { clients }: Pick<Cloud, 'clients'>,
  executions: readonly Execution[],
): Promise<Proof> {
  const plan = readPlan(openStateDirectory(state), MIGRATION);
  const last = Math.max(...executions.map(({ attempt }) => roundOf(attempt)));
  const wrong: string[] = [];
  let deleted = 0;
  for (const { arn, id, chunk, attempt, described } of executions) {
    if ((described.FilesDeleted ?? 0) === 0) continue;
    if (roundOf(attempt) !== last) wrong.push(`${id}: deleted in round ${roundOf(attempt)}`);
    // Its locations hold one directory of the tree.
    const [below = ''] = plan?.chunks.find((one) => one.id === chunk)?.roots ?? [];
    const place = { bucket: BUCKET, prefix: `longhaul/${MIGRATION}`, below };
    for await (const { what, path } of readReport(clients.s3, place, arn)) {
      if (what !== 'deleted') continue;
      deleted++;
      if (isThere(source, path)) wrong.push(`${path}: deleted, and is at the source`);
    }
  }
  const says = `DataSync deleted ${plural(deleted, 'entry', 'entries')}, all in the last round; ${wrong.length === 0 ? 'none' : wrong.length} of them wrongly`;
  return said(narrator, { by: 'deletes', ok: wrong.length === 0, says }, wrong);
}

/** An attempt is named MIGRATION/CHUNK/ROUND/… */
const roundOf = (attempt: string | undefined): number => Number(attempt?.split('/')[2] ?? 0);

function isThere(tree: string, path: string): boolean {
  const at = Buffer.concat([Buffer.from(`${tree}/`), rawToBytes(path)]);
  return lstatSync(at, { throwIfNoEntry: false }) !== undefined;
}
