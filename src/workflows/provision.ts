/**
 * Creates what a migration needs in an AWS account, or removes it: rounds that look at the account and act,
 * until there is nothing left to do or to wait for. It may be interrupted at any point, for any time.
 */
import {
  continueAsNew,
  defineQuery,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ProvisionInput, ProvisionProgress, ProvisionRound } from '../protocol/provision.ts';
import { provisionActivities } from './runtime/activity-stubs.ts';
import { blocks, list, plain } from './runtime/markdown.ts';

const MIN_WAIT_MS = 5_000;
const MAX_WAIT_MS = 5 * 60_000;
/** An action that is repeated this often has no lasting effect in AWS. */
const MAX_REPEATS = 5;

export async function provision({
  job,
  did: before = [],
}: ProvisionInput): Promise<ProvisionProgress> {
  const activities = provisionActivities('look at the account, and do what can be done');
  const did = [...before];
  let latest: ProvisionRound = { did: [], waiting: [], refused: [] };
  const progress = (): ProvisionProgress => ({
    migration: job.spec.name,
    mode: job.mode,
    did,
    waiting: latest.waiting,
    refused: [...latest.refused, ...repeated(did)],
  });
  setHandler(defineQuery<ProvisionProgress>('progress'), progress, {
    description: 'What was done, what AWS is working on, and what needs a person',
  });
  for (let waitMs = MIN_WAIT_MS; ;) {
    latest = await activities.provisionRound(job);
    did.push(...latest.did);
    setCurrentDetails(details(progress()));
    const isOver = latest.did.length === 0 && latest.waiting.length === 0;
    if (isOver || repeated(did).length > 0) return progress();
    waitMs = latest.did.length > 0 ? MIN_WAIT_MS : Math.min(MAX_WAIT_MS, waitMs * 2);
    await sleep(waitMs);
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof provision>({ v: 1, job, did });
    }
  }
}

function repeated(did: readonly string[]): ProvisionProgress['refused'] {
  return [...new Set(did)]
    .filter((what) => did.filter((each) => each === what).length >= MAX_REPEATS)
    .map((what) => ({
      what,
      because: `it was done ${MAX_REPEATS} times and is still not as it should be`,
      fix: 'Look at it in the console; something else may be undoing it.',
    }));
}

function details({ mode, did, waiting, refused }: ProvisionProgress): string {
  return blocks(
    `**${mode === 'provision' ? 'Provisioning' : 'Removing what was provisioned'}**`,
    list([
      ...did.map((what) => `done: ${plain(what)}`),
      ...waiting.map((what) => `waiting: ${plain(what)}`),
      ...refused.map(({ what, because, fix }) => plain(`refused: ${what}: ${because}. ${fix}`)),
    ]),
  );
}
