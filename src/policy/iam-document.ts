/** An IAM policy document, and short ways to write its statements. */
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

/** `actions`: of one service, without its prefix. */
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
