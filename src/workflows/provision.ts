/**
 * Makes what a migration needs in an AWS account, or removes it: rounds of looking and doing until
 * nothing is left to do or to wait for. It may be cut anywhere, for any time.
 */
import {
  continueAsNew,
  defineQuery,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ProvisionActivities } from '../protocol/activities.ts';
import { NON_RETRYABLE_CODES } from '../errors/codes.ts';
import { blocks, list, plain } from './runtime/markdown.ts';
import {
  PROVISION_QUEUE,
  type ProvisionInput,
  type ProvisionNews,
  type ProvisionProgress,
} from '../protocol/provision.ts';

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** Something that is done again and again is not what AWS shows afterwards. */
const MOST_TIMES = 5;

const { provisionRound } = proxyActivities<ProvisionActivities>({
  taskQueue: PROVISION_QUEUE,
  startToCloseTimeout: '30m',
  heartbeatTimeout: '60s',
  // The first wait lets a request whose reply was lost arrive before the next look.
  retry: {
    initialInterval: '5s',
    backoffCoefficient: 2,
    maximumInterval: '5m',
    nonRetryableErrorTypes: [...NON_RETRYABLE_CODES],
  },
  summary: 'look at the account, and do what can be done',
});

export async function provision({
  job,
  did: before = [],
}: ProvisionInput): Promise<ProvisionProgress> {
  const did = [...before];
  let news: ProvisionNews = { did: [], waiting: [], refused: [] };
  const progress = (): ProvisionProgress => ({
    migration: job.spec.name,
    mode: job.mode,
    did,
    waiting: news.waiting,
    refused: [...news.refused, ...repeated(did)],
  });
  setHandler(defineQuery<ProvisionProgress>('progress'), progress, {
    description: 'What was done, what AWS is at, and what needs a person',
  });
  for (let waitMs = FIRST_WAIT_MS; ;) {
    news = await provisionRound(job);
    did.push(...news.did);
    setCurrentDetails(details(progress()));
    const over = news.did.length === 0 && news.waiting.length === 0;
    if (over || repeated(did).length > 0) return progress();
    waitMs = news.did.length > 0 ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, waitMs * 2);
    await sleep(waitMs);
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof provision>({ v: 1, job, did });
    }
  }
}

function repeated(did: readonly string[]): ProvisionProgress['refused'] {
  return [...new Set(did)]
    .filter((what) => did.filter((each) => each === what).length >= MOST_TIMES)
    .map((what) => ({
      what,
      because: `it was done ${MOST_TIMES} times and is still not as it should be`,
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
