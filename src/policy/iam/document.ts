/** IAM policy documents: types, and functions to write and read their statements. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: string | Readonly<Record<string, string>>;
  readonly Action: readonly string[] | string;
  readonly Resource?: readonly string[] | string;
  readonly Condition?: Condition;
}

export type Condition = Readonly<
  Record<string, Readonly<Record<string, string | readonly string[]>>>
>;

export const document = (...statements: readonly (Statement | undefined)[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements.filter((statement) => statement !== undefined),
});

/** `actions`: names of one service, without its prefix. */
export function allow(
  Sid: string,
  service: string,
  actions: readonly string[],
  Resource: string | readonly string[],
  Condition?: Condition,
): Statement {
  return {
    Sid,
    Effect: 'Allow',
    Action: actions.map((action) => `${service}:${action}`),
    Resource,
    ...(Condition === undefined ? {} : { Condition }),
  };
}

/** Returns the statements of a policy in JSON; none when it cannot be parsed. */
export function statementsOf(policy: string): readonly Statement[] {
  try {
    const { Statement: statements } = JSON.parse(policy) as { Statement?: unknown };
    return listOf(statements as Statement | readonly Statement[] | undefined);
  } catch {
    return [];
  }
}

export function principalsOf({ Principal }: Statement): string[] {
  if (typeof Principal === 'string') return [Principal];
  return Object.values(Principal ?? {}).flatMap(listOf);
}

/** IAM writes a list with one element as that element. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
