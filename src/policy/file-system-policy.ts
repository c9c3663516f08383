/** Reads the policy of a file system as far as a migration depends on it. */
import type { Statement } from './iam-document.ts';

/** Whether something denies everything that does not come over TLS. */
export function refusesPlainText(policy: string): boolean {
  return statementsOf(policy).some(
    (statement) =>
      statement.Effect === 'Deny' &&
      principals(statement).includes('*') &&
      list(statement.Action).some((action) => action === '*' || action === 'elasticfilesystem:*') &&
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
          principals(each).some((who) => who === role || who === '*') && allows(each, action),
      ),
  );
  if (missing.length > 0) {
    return { holds: false, because: `it does not allow ${role} ${missing.join(', ')}` };
  }
  const others = allowed
    .filter((each) => allows(each, 'ClientRootAccess'))
    .flatMap(principals)
    .filter((who) => who !== role);
  if (others.length > 0) return { holds: false, because: `it gives root to ${others.join(', ')}` };
  return { holds: true, because: 'TLS for all, root for DataSync alone' };
}

function allows({ Action }: Statement, action: string): boolean {
  return list(Action).some((each) =>
    [
      '*',
      'elasticfilesystem:*',
      'elasticfilesystem:Client*',
      `elasticfilesystem:${action}`,
    ].includes(each),
  );
}

function principals({ Principal }: Statement): string[] {
  if (typeof Principal === 'string') return [Principal];
  return Object.values(Principal ?? {}).flatMap(list);
}

function conditionIs(statement: Statement, kind: string, key: string, value: string): boolean {
  return list(statement.Condition?.[kind]?.[key]).some((each) => String(each) === value);
}

function statementsOf(policy: string): readonly Statement[] {
  try {
    const { Statement: statements } = JSON.parse(policy) as { Statement?: unknown };
    return list(statements as Statement | readonly Statement[] | undefined);
  } catch {
    return []; // what cannot be read allows and refuses nothing that we know of
  }
}

function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
