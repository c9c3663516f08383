/** Evaluates the policy of a file system, as far as a migration depends on it. */
import { listOf, principalsOf, statementsOf, type Statement } from './document.ts';

/** Returns true when a statement denies all access without TLS. */
export function requiresTls(policy: string): boolean {
  return statementsOf(policy).some(
    (statement) =>
      statement.Effect === 'Deny' &&
      principalsOf(statement).includes('*') &&
      listOf(statement.Action).some(
        (action) => action === '*' || action === 'elasticfilesystem:*',
      ) &&
      conditionIs(statement, 'Bool', 'aws:SecureTransport', 'false'),
  );
}

export interface RootVerdict {
  readonly holds: boolean;
  readonly because: string;
}

/** Holds when `role` can mount, write and act as root, and nobody else can act as root. */
export function rootOnlyFor(policy: string, role: string): RootVerdict {
  const allowed = statementsOf(policy).filter(({ Effect }) => Effect === 'Allow');
  const needed = ['ClientMount', 'ClientWrite', 'ClientRootAccess'];
  const missing = needed.filter(
    (action) =>
      !allowed.some(
        (each) =>
          principalsOf(each).some((who) => who === role || who === '*') && allows(each, action),
      ),
  );
  if (missing.length > 0) {
    return { holds: false, because: `it does not allow ${role} ${missing.join(', ')}` };
  }
  const others = allowed
    .filter((each) => allows(each, 'ClientRootAccess'))
    .flatMap(principalsOf)
    .filter((who) => who !== role);
  if (others.length > 0) return { holds: false, because: `it gives root to ${others.join(', ')}` };
  return { holds: true, because: 'TLS for everyone, root only for DataSync' };
}

function allows({ Action }: Statement, action: string): boolean {
  return listOf(Action).some((each) =>
    [
      '*',
      'elasticfilesystem:*',
      'elasticfilesystem:Client*',
      `elasticfilesystem:${action}`,
    ].includes(each),
  );
}

function conditionIs(statement: Statement, kind: string, key: string, value: string): boolean {
  return listOf(statement.Condition?.[kind]?.[key]).some((each) => String(each) === value);
}
