/**
 * Checks whether an account is ready for a migration with DataSync. A check says what was found and what
 * to do. What the APIs do not show is 'not known', with the command that shows it.
 * Sources: user guide (agents, quotas, network requirements), service models.
 */
import {
  fine,
  notKnown,
  warning,
  wrong,
  type AccountCheck,
  type AccountFacts,
  type AgentFacts,
  type WantedFacts,
} from './facts.ts';
import { fileSystemChecks } from './efs.ts';
import { keyChecks } from './key.ts';
import { mountTargetChecks } from './mount-targets.ts';
import { networkChecks } from './network.ts';
import { withRefusals } from './refusals.ts';
import { roleChecks } from './roles.ts';
import { MAX_FILTER_CHARACTERS } from '../datasync/filters.ts';
import { chooseLayout, TASK_QUOTA_CODE, type LayoutAnswer } from '../datasync/layout.ts';
import { groupDigits } from '../../units.ts';

/** An agent with 64 GiB reaches the service's limit. Entries of source and destination both count. */
const MAX_ENTRIES_32_GIB = 20_000_000;
const MAX_ENTRIES = 50_000_000;
/** AWS rejects signatures with a larger skew. */
const MAX_SKEW_MS = 5 * 60_000;
const SUSPICIOUS_SKEW_MS = 30_000;

export function checkAccount(facts: AccountFacts): readonly AccountCheck[] {
  const layout = layoutOf(facts);
  const checks = [
    ...facts.agents.flatMap((agent) => agentChecks(agent, facts.wanted)),
    memoryCheck(facts.wanted),
    sourceCheck(facts),
    ...fileSystemChecks(facts),
    ...keyChecks(facts),
    ...mountTargetChecks(facts),
    ...networkChecks(facts, layout.tasks),
    taskCheck(facts, layout),
    filterCheck(facts.wanted),
    ...roleChecks(facts),
    ...logChecks(facts.wanted),
    identityCheck(facts),
    clockCheck(facts.clockSkewMs),
  ];
  return withRefusals(checks, facts.refused ?? new Map());
}

function agentChecks(agent: AgentFacts, { vpcEndpoint }: WantedFacts): AccountCheck[] {
  const check = `agent ${agent.specName}`;
  if (agent.status === undefined) {
    const fix = 'Activate it (docs/datasync.md), or fix source.agents in the spec.';
    return [wrong(check, 'no agent has this name or ARN', fix)];
  }
  const version = agent.version === undefined ? '' : `, version ${agent.version}`;
  const seen = agent.lastSeen === undefined ? '' : `; last connected ${agent.lastSeen}`;
  const offlineFix = 'Start the VM, and check its connection to AWS: TCP 443 and 1024–1064.';
  const online =
    agent.status === 'ONLINE'
      ? fine(check, `ONLINE${version}`)
      : wrong(check, `${agent.status}${seen}`, offlineFix);
  return [online, endpointCheck(agent, vpcEndpoint)];
}

function endpointCheck(
  { specName, endpointType, vpcEndpoint }: AgentFacts,
  wanted: string | undefined,
): AccountCheck {
  const check = `endpoint of ${specName}`;
  if (endpointType?.includes('PRIVATE_LINK') !== true) {
    const fix =
      'Its traffic crosses the internet. For PrivateLink, activate another agent: an agent keeps its endpoint type.';
    return warning(check, endpointType ?? 'unknown', fix);
  }
  if (wanted !== undefined && vpcEndpoint !== wanted) {
    const fix =
      'All agents of a location share one endpoint: fix aws.vpcEndpoint, or activate the agent again.';
    return wrong(check, `${vpcEndpoint ?? 'none'}, not ${wanted}`, fix);
  }
  return fine(
    check,
    `${endpointType}${vpcEndpoint === undefined ? '' : ` through ${vpcEndpoint}`}`,
  );
}

function memoryCheck({ agentMemoryGiB, entriesPerExecution }: WantedFacts): AccountCheck {
  const check = 'memory of the agents';
  const both = 2 * entriesPerExecution;
  const maxEntries =
    agentMemoryGiB >= 64 ? MAX_ENTRIES : MAX_ENTRIES_32_GIB * Math.min(1, agentMemoryGiB / 32);
  const found = `${agentMemoryGiB} GiB for ${groupDigits(both)} entries on both sides`;
  if (both <= maxEntries) return fine(check, found);
  const fix =
    both <= MAX_ENTRIES
      ? 'Give the agents 64 GiB, or lower chunks.maxEntries.'
      : `Lower chunks.maxEntries: the limit of an execution is ${groupDigits(MAX_ENTRIES)} entries.`;
  return wrong(check, found, fix);
}

/** DataSync first mounts the source when a task is created. */
function sourceCheck({ tasks }: AccountFacts): AccountCheck {
  const check = 'NFS server through the agents';
  const broken = tasks.find(({ status, error }) => status === 'UNAVAILABLE' && error !== undefined);
  if (broken !== undefined) {
    const fix =
      'Export read-only with no_root_squash to the address of the agent; open port 2049, and 111 for nfs3.';
    return wrong(check, broken.error ?? '', fix);
  }
  if (tasks.length > 0) return fine(check, `${tasks.length} tasks have mounted it`);
  const fix = 'longhaul provision SPEC --apply creates a task, which mounts both sides.';
  return notKnown(check, 'no task has mounted it yet', fix);
}

/** Returns the quota of the spec, limited to that of the account. */
function quotaOf({ wanted, context: { taskQuota } }: AccountFacts): number {
  return 'value' in taskQuota ? Math.min(taskQuota.value, wanted.taskQuota) : wanted.taskQuota;
}

function layoutOf(facts: AccountFacts): LayoutAnswer {
  const { chunks, agents, layout: asked } = facts.wanted;
  const { otherTasks } = facts;
  const taskQuota = quotaOf(facts);
  return chooseLayout({ asked, chunks, agents: agents.length, taskQuota, otherTasks });
}

function taskCheck(facts: AccountFacts, { layout, tasks, because }: LayoutAnswer): AccountCheck {
  const check = 'tasks';
  const { taskQuota } = facts.context;
  const quota = quotaOf(facts);
  const free = quota - facts.otherTasks;
  const found = `${tasks} for ${layout} (${because}); ${free} of ${quota} are free`;
  const raise = `aws service-quotas request-service-quota-increase --service-code datasync --quota-code ${TASK_QUOTA_CODE} --desired-value ${tasks + facts.otherTasks}`;
  if (tasks > free) return wrong(check, found, `Use aws.layout: pool, or request more: ${raise}`);
  if ('unavailable' in taskQuota) {
    const command = `aws service-quotas get-service-quota --service-code datasync --quota-code ${TASK_QUOTA_CODE} --query Quota.Value`;
    return notKnown(check, `${found}, if the spec is right: ${taskQuota.unavailable}`, command);
  }
  return fine(check, found);
}

function filterCheck({ filterCharacters }: WantedFacts): AccountCheck {
  const check = 'filters';
  const max = groupDigits(MAX_FILTER_CHARACTERS);
  const found = `${groupDigits(filterCharacters)} of ${max} characters`;
  if (filterCharacters <= MAX_FILTER_CHARACTERS) return fine(check, found);
  return wrong(check, found, 'Name fewer directories in chunks.roots.');
}

/** Without the resource policy of the log group, DataSync silently writes no logs. */
function logChecks({ logGroup }: WantedFacts): AccountCheck[] {
  if (logGroup === undefined) return [];
  const command =
    'aws logs describe-resource-policies; compare: longhaul iam-policy SPEC --phase log-group';
  return [notKnown('policy of the log group', 'longhaul does not read it', command)];
}

function identityCheck({ wanted, context: { identity } }: AccountFacts): AccountCheck {
  const check = 'credentials';
  if ('unavailable' in identity)
    return notKnown(check, identity.unavailable, 'aws sts get-caller-identity');
  const { account, arn } = identity.value;
  if (account === wanted.account) return fine(check, arn);
  const fix = 'Set AWS_PROFILE or the role to one of the account, or fix aws.account.';
  return wrong(check, `${arn} belongs to ${account}, not to ${wanted.account}`, fix);
}

function clockCheck(skewMs: number | undefined): AccountCheck {
  const check = 'clock of this machine';
  if (skewMs === undefined) return notKnown(check, 'no response had a date', 'timedatectl status');
  const found = `${(skewMs / 1000).toFixed(0)} s off AWS time`;
  const fix = 'Turn time synchronisation on: timedatectl set-ntp true.';
  if (Math.abs(skewMs) >= MAX_SKEW_MS) return wrong(check, found, fix);
  return Math.abs(skewMs) >= SUSPICIOUS_SKEW_MS ? warning(check, found, fix) : fine(check, found);
}
