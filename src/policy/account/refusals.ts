/**
 * Marks every check that depends on a refused call as unknown: the empty response that replaced it must
 * not pass for "does not exist".
 */
import { notKnown, type AccountCheck } from './facts.ts';

/** Checks by name, with the calls of DataSync or EFS that they depend on. */
const DEPENDS_ON: readonly (readonly [check: RegExp, calls: readonly string[]])[] = [
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

const FIX = 'Allow it to these credentials: longhaul iam-policy SPEC --phase assess.';

/** `refused`: AWS's message by the name of the call. */
export function withRefusals(
  checks: readonly AccountCheck[],
  refused: ReadonlyMap<string, string>,
): readonly AccountCheck[] {
  return checks.map((one) => {
    const calls = DEPENDS_ON.flatMap(([check, needed]) => (check.test(one.check) ? needed : []));
    const call = calls.find((name) => refused.has(name));
    if (call === undefined) return one;
    return notKnown(one.check, `${call} is refused: ${refused.get(call)}`, FIX);
  });
}
