/**
 * What rests on a call that was refused is not known, whatever the rest of the account looks like: an
 * empty answer must not pass for "there is none".
 */
import { notKnown, type AccountCheck } from './facts.ts';

/** First part of a check's name → the calls of DataSync or EFS without which it says nothing. */
const RESTS_ON: readonly (readonly [check: RegExp, calls: readonly string[]])[] = [
  [/^(agent|endpoint of) /, ['ListAgents', 'DescribeAgent']],
  [/^NFS server through the agents$/, ['ListTasks', 'DescribeTask']],
  [/^tasks$/, ['ListTasks']],
  [
    /^(file system|encryption at rest|throughput|key|mount target|security groups)$/,
    ['DescribeFileSystems'],
  ],
  [
    /^(mount target|security groups)$/,
    ['DescribeMountTargets', 'DescribeMountTargetSecurityGroups'],
  ],
  [/^replication$/, ['DescribeReplicationConfigurations']],
  [/^(file-system policy|root for DataSync)$/, ['DescribeFileSystemPolicy']],
  [/^access point$/, ['DescribeAccessPoints']],
  [/^backups$/, ['DescribeBackupPolicy']],
  [/^lifecycle$/, ['DescribeLifecycleConfiguration']],
];

const FIX = 'Allow it to whoever looks: longhaul iam-policy SPEC --phase assess.';

/** `refused`: call → what AWS said. */
export function withRefusals(
  checks: readonly AccountCheck[],
  refused: ReadonlyMap<string, string>,
): readonly AccountCheck[] {
  return checks.map((one) => {
    const calls = RESTS_ON.flatMap(([check, needed]) => (check.test(one.check) ? needed : []));
    const call = calls.find((name) => refused.has(name));
    if (call === undefined) return one;
    return notKnown(one.check, `${call} is refused: ${refused.get(call)}`, FIX);
  });
}
