/**
 * Whether an account is ready for a migration by DataSync: each check with what was found and what to
 * do. What the API does not tell is said to be not known, with the command that tells it.
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
import { chooseLayout, TASK_QUOTA_CODE, type LayoutAnswer } from '../datasync/layout.ts';
import { groupDigits } from '../../units.ts';

/** Agents of 32 GB hold 20 million entries, of 64 GB the service's limit; source and destination count both. */
const ENTRIES_OF_32_GIB = 20_000_000;
const MOST_ENTRIES = 50_000_000;
const MOST_FILTER_CHARACTERS = 102_400;
/** AWS refuses signatures that are off by more; DataSync's own times are compared with files' times. */
const SKEW_REFUSED_MS = 5 * 60_000;
const SKEW_ODD_MS = 30_000;

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
  const check = `agent ${agent.called}`;
  if (agent.status === undefined) {
    const fix = 'Activate it (docs/datasync.md), or correct source.agents in the spec.';
    return [wrong(check, 'there is none of this name or ARN', fix)];
  }
  const version = agent.version === undefined ? '' : `, version ${agent.version}`;
  const seen = agent.lastSeen === undefined ? '' : `; last heard of ${agent.lastSeen}`;
  const online =
    agent.status === 'ONLINE'
      ? fine(check, `ONLINE${version}`)
      : wrong(
          check,
          `${agent.status}${seen}`,
          'Start the VM, and look at its way to AWS: TCP 443 and 1024–1064.',
        );
  return [online, endpointCheck(agent, vpcEndpoint)];
}

function endpointCheck(
  { called, endpointType, vpcEndpoint }: AgentFacts,
  wanted: string | undefined,
): AccountCheck {
  const check = `endpoint of ${called}`;
  if (endpointType?.includes('PRIVATE_LINK') !== true) {
    const fix =
      'Its traffic crosses the internet. For PrivateLink activate another agent: the type is for the life of an agent.';
    return warning(check, endpointType ?? 'unknown', fix);
  }
  if (wanted !== undefined && vpcEndpoint !== wanted) {
    const fix =
      'All agents of a location share one endpoint: correct aws.vpcEndpoint or activate anew.';
    return wrong(check, `${vpcEndpoint ?? 'none'}, not ${wanted}`, fix);
  }
  return fine(check, `${endpointType}${vpcEndpoint === undefined ? '' : ` by ${vpcEndpoint}`}`);
}

function memoryCheck({ agentMemoryGiB, entriesPerExecution }: WantedFacts): AccountCheck {
  const check = 'memory of the agents';
  const both = 2 * entriesPerExecution;
  const most =
    agentMemoryGiB >= 64 ? MOST_ENTRIES : ENTRIES_OF_32_GIB * Math.min(1, agentMemoryGiB / 32);
  const found = `${agentMemoryGiB} GiB for ${groupDigits(both)} entries on both sides`;
  if (both <= most) return fine(check, found);
  const fix =
    both <= MOST_ENTRIES
      ? 'Give the agents 64 GiB, or lower chunks.maxEntries.'
      : `Lower chunks.maxEntries: an execution holds ${groupDigits(MOST_ENTRIES)} at most.`;
  return wrong(check, found, fix);
}

/** The mount is tested when a task is made, and not before. */
function sourceCheck({ tasks }: AccountFacts): AccountCheck {
  const check = 'NFS server through the agents';
  const broken = tasks.find(({ status, error }) => status === 'UNAVAILABLE' && error !== undefined);
  if (broken !== undefined) {
    const fix =
      'Export read-only with no_root_squash to the address of the agent; ports 2049, and 111 for nfs3.';
    return wrong(check, broken.error ?? '', fix);
  }
  if (tasks.length > 0) return fine(check, `${tasks.length} tasks have mounted it`);
  const fix = 'longhaul provision SPEC --apply makes a task, and that mounts both sides.';
  return notKnown(check, 'no task has tried yet', fix);
}

/** What the spec may use, and no more than the account has. */
function quotaOf({ wanted, around: { taskQuota } }: AccountFacts): number {
  return 'told' in taskQuota ? Math.min(taskQuota.told, wanted.taskQuota) : wanted.taskQuota;
}

function layoutOf(facts: AccountFacts): LayoutAnswer {
  const { chunks, agents, layout: asked } = facts.wanted;
  const { otherTasks } = facts;
  const taskQuota = quotaOf(facts);
  return chooseLayout({ asked, chunks, agents: agents.length, taskQuota, otherTasks });
}

function taskCheck(facts: AccountFacts, { layout, tasks, because }: LayoutAnswer): AccountCheck {
  const check = 'tasks';
  const { taskQuota } = facts.around;
  const quota = quotaOf(facts);
  const free = quota - facts.otherTasks;
  const found = `${tasks} for ${layout} (${because}); ${free} of ${quota} are free`;
  const raise = `aws service-quotas request-service-quota-increase --service-code datasync --quota-code ${TASK_QUOTA_CODE} --desired-value ${tasks + facts.otherTasks}`;
  if (tasks > free) return wrong(check, found, `Take aws.layout: pool, or ask AWS: ${raise}`);
  if ('notTold' in taskQuota) {
    const command = `aws service-quotas get-service-quota --service-code datasync --quota-code ${TASK_QUOTA_CODE} --query Quota.Value`;
    return notKnown(check, `${found}, if the spec is right: ${taskQuota.notTold}`, command);
  }
  return fine(check, found);
}

function filterCheck({ filterCharacters }: WantedFacts): AccountCheck {
  const check = 'filters';
  const most = groupDigits(MOST_FILTER_CHARACTERS);
  const found = `${groupDigits(filterCharacters)} of ${most} characters`;
  if (filterCharacters <= MOST_FILTER_CHARACTERS) return fine(check, found);
  return wrong(check, found, 'Name fewer directories in chunks.roots.');
}

/** Without the policy of its group DataSync's logs are missing, and nothing says so. */
function logChecks({ logGroup }: WantedFacts): AccountCheck[] {
  if (logGroup === undefined) return [];
  const command =
    'aws logs describe-resource-policies; compare: longhaul iam-policy SPEC --phase log-group';
  return [notKnown('policy of the log group', 'longhaul does not read it', command)];
}

function identityCheck({ wanted, around: { identity } }: AccountFacts): AccountCheck {
  const check = 'credentials';
  if ('notTold' in identity) {
    return notKnown(check, identity.notTold, 'aws sts get-caller-identity');
  }
  const { account, arn } = identity.told;
  if (account === wanted.account) return fine(check, arn);
  const fix = 'Set AWS_PROFILE or the role to one of the account, or correct aws.account.';
  return wrong(check, `${arn} is of ${account}, not of ${wanted.account}`, fix);
}

function clockCheck(skewMs: number | undefined): AccountCheck {
  const check = 'clock of this machine';
  if (skewMs === undefined) return notKnown(check, 'no answer told the time', 'timedatectl status');
  const found = `${(skewMs / 1000).toFixed(0)} s from that of AWS`;
  const fix = 'Turn time synchronisation on: timedatectl set-ntp true.';
  if (Math.abs(skewMs) >= SKEW_REFUSED_MS) return wrong(check, found, fix);
  return Math.abs(skewMs) >= SKEW_ODD_MS ? warning(check, found, fix) : fine(check, found);
}
