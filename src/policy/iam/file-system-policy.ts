/** Reads the policy of a file system as far as a migration depends on it. */
import { listOf, principalsOf, statementsOf, type Statement } from './document.ts';

/** Whether something denies everything that does not come over TLS. */
export function refusesPlainText(policy: string): boolean {
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

/** Whether `role` may mount, write and be root, and nobody else may be root. */
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
  return { holds: true, because: 'TLS for all, root for DataSync alone' };
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
