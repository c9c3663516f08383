/** Evaluates the trust policy of a role, as far as DataSync depends on it. */
import type { AwsEnvironment } from './arns.ts';
import { listOf, principalsOf, statementsOf, type Statement } from './document.ts';

/** Widest first: no statement can restrict what another one allows. */
const VERDICTS = ['open', 'half open', 'not known', 'guarded', 'refused'] as const;

export interface TrustVerdict {
  readonly verdict: (typeof VERDICTS)[number];
  readonly because: string;
}

const SERVICE = 'datasync.amazonaws.com';

/**
 * Decides whether DataSync of this account and region can assume the role ('refused' when not), and
 * whether another account can make its DataSync assume it, as a confused deputy ('open', 'half open').
 */
export function judgeTrust(policy: string, environment: AwsEnvironment): TrustVerdict {
  const statements = statementsOf(policy).filter(isAboutDataSync);
  if (statements.some(({ Effect }) => Effect === 'Deny')) {
    return { verdict: 'not known', because: `something is denied to ${SERVICE}` };
  }
  const verdicts = statements.map((statement) => judge(statement, environment));
  const widest = VERDICTS.map((name) => verdicts.find(({ verdict }) => verdict === name));
  return (
    widest.find((verdict) => verdict !== undefined) ?? {
      verdict: 'refused',
      because: `it does not let ${SERVICE} assume it`,
    }
  );
}

function isAboutDataSync(statement: Statement): boolean {
  const actions = listOf(statement.Action).map((action) => action.toLowerCase());
  return (
    principalsOf(statement).some((who) => who === SERVICE || who === '*') &&
    actions.some((action) => ['*', 'sts:*', 'sts:assumerole'].includes(action))
  );
}

interface Guard {
  readonly operator: string;
  /** In lower case: key names are case-insensitive. */
  readonly key: string;
  readonly values: readonly string[];
}

/** Whose DataSync one value allows: only this account's, any account's, or only that of others. */
type Audience = 'own' | 'any' | 'others';

const GUARDS: Readonly<
  Record<
    string,
    {
      readonly name: string;
      readonly audience: (value: string, environment: AwsEnvironment) => Audience;
    }
  >
> = {
  'aws:sourceaccount': {
    name: 'aws:SourceAccount',
    audience: (value, { account }) => audienceOf(value, account),
  },
  'aws:sourcearn': {
    name: 'aws:SourceArn',
    audience: (value, { region, account }) => {
      const [, , service = '*', where = '*', owner = '*'] = value.split(':');
      const elsewhere = !matches(service, 'datasync') || !matches(where, region);
      return elsewhere ? 'others' : audienceOf(owner, account);
    },
  },
};

function audienceOf(pattern: string, account: string): Audience {
  if (pattern === account) return 'own';
  return matches(pattern, account) ? 'any' : 'others';
}

/** `matches('eu-*', 'eu-central-1')` is true: compares like StringLike and ArnLike. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`).test(text);
}

function judge(statement: Statement, environment: AwsEnvironment): TrustVerdict {
  const guards = guardsOf(statement);
  const unknown = guards.find(({ operator, key }) => !isKnown(operator) || !(key in GUARDS));
  if (unknown !== undefined) {
    return { verdict: 'not known', because: `it depends on ${unknown.operator} of ${unknown.key}` };
  }
  const judged = guards.map(({ key, values }) => ({
    key,
    values,
    audience: widestOf(key, values, environment),
  }));
  const wrong = judged.find(({ audience }) => audience === 'others');
  if (wrong !== undefined) {
    const because = `${nameOf(wrong.key)} is ${wrong.values.join(', ')}, which is not DataSync of ${environment.account} in ${environment.region}`;
    return { verdict: 'refused', because };
  }
  return openness(judged.filter(({ audience }) => audience === 'own').map(({ key }) => key));
}

function openness(closing: readonly string[]): TrustVerdict {
  const missing = Object.keys(GUARDS)
    .filter((key) => !closing.includes(key))
    .map(nameOf);
  if (missing.length === 0)
    return { verdict: 'guarded', because: `only for ${SERVICE} of this account` };
  const because = `no condition on ${missing.join(' and ')} keeps other accounts out`;
  return { verdict: closing.length === 0 ? 'open' : 'half open', because };
}

/** One matching value satisfies a condition. */
function widestOf(key: string, values: readonly string[], environment: AwsEnvironment): Audience {
  const each = values.map((value) => GUARDS[key]?.audience(value, environment) ?? 'others');
  if (each.includes('any')) return 'any';
  return each.includes('own') ? 'own' : 'others';
}

const nameOf = (key: string): string => GUARDS[key]?.name ?? key;

const isKnown = (operator: string): boolean => /^(String|Arn)(Equals|Like)$/.test(operator);

function guardsOf({ Condition = {} }: Statement): Guard[] {
  return Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => ({
      operator,
      key: key.toLowerCase(),
      values: listOf(value).map(String),
    })),
  );
}
