/** Reads the trust policy of a role as far as DataSync depends on it. */
import type { AwsPlace } from './arns.ts';
import { listOf, principalsOf, statementsOf, type Statement } from './document.ts';

/** From the widest: what one statement opens, another does not close. */
const VERDICTS = ['open', 'half open', 'not known', 'guarded', 'refused'] as const;

export interface TrustVerdict {
  readonly verdict: (typeof VERDICTS)[number];
  readonly because: string;
}

const SERVICE = 'datasync.amazonaws.com';

/**
 * Whether DataSync of this account and region may take the role ('refused' when not), and whether
 * another account can make its DataSync take it, as a confused deputy ('open', 'half open').
 */
export function judgeTrust(policy: string, place: AwsPlace): TrustVerdict {
  const statements = statementsOf(policy).filter(isAboutDataSync);
  if (statements.some(({ Effect }) => Effect === 'Deny')) {
    return { verdict: 'not known', because: `something is denied to ${SERVICE}` };
  }
  const verdicts = statements.map((statement) => judge(statement, place));
  const widest = VERDICTS.map((name) => verdicts.find(({ verdict }) => verdict === name));
  return (
    widest.find((verdict) => verdict !== undefined) ?? {
      verdict: 'refused',
      because: `it does not let ${SERVICE} take it`,
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
  /** In lower case: names of keys are the same in either. */
  readonly key: string;
  readonly values: readonly string[];
}

/** Whom one value lets in: this account's DataSync alone, also that of others, or only that of others. */
type Whom = 'ours' | 'anybody' | 'others';

const GUARDS: Readonly<
  Record<string, { readonly name: string; readonly whom: (value: string, place: AwsPlace) => Whom }>
> = {
  'aws:sourceaccount': {
    name: 'aws:SourceAccount',
    whom: (value, { account }) => whoIs(value, account),
  },
  'aws:sourcearn': {
    name: 'aws:SourceArn',
    whom: (value, { region, account }) => {
      const [, , service = '*', where = '*', owner = '*'] = value.split(':');
      const elsewhere = !isLike(service, 'datasync') || !isLike(where, region);
      return elsewhere ? 'others' : whoIs(owner, account);
    },
  },
};

function whoIs(pattern: string, account: string): Whom {
  if (pattern === account) return 'ours';
  return isLike(pattern, account) ? 'anybody' : 'others';
}

/** `isLike('eu-*', 'eu-central-1')`: as StringLike and ArnLike compare. */
function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`).test(text);
}

function judge(statement: Statement, place: AwsPlace): TrustVerdict {
  const guards = guardsOf(statement);
  const strange = guards.find(({ operator, key }) => !isKnown(operator) || !(key in GUARDS));
  if (strange !== undefined) {
    return { verdict: 'not known', because: `it depends on ${strange.operator} of ${strange.key}` };
  }
  const seen = guards.map(({ key, values }) => ({
    key,
    values,
    whom: widestOf(key, values, place),
  }));
  const wrong = seen.find(({ whom }) => whom === 'others');
  if (wrong !== undefined) {
    const because = `${nameOf(wrong.key)} is ${wrong.values.join(', ')}, which is not DataSync of ${place.account} in ${place.region}`;
    return { verdict: 'refused', because };
  }
  return openness(seen.filter(({ whom }) => whom === 'ours').map(({ key }) => key));
}

function openness(closing: readonly string[]): TrustVerdict {
  const missing = Object.keys(GUARDS)
    .filter((key) => !closing.includes(key))
    .map(nameOf);
  if (missing.length === 0)
    return { verdict: 'guarded', because: `for ${SERVICE} of this account` };
  const because = `no condition on ${missing.join(' and ')} keeps other accounts out`;
  return { verdict: closing.length === 0 ? 'open' : 'half open', because };
}

/** One value that fits is enough for AWS. */
function widestOf(key: string, values: readonly string[], place: AwsPlace): Whom {
  const each = values.map((value) => GUARDS[key]?.whom(value, place) ?? 'others');
  if (each.includes('anybody')) return 'anybody';
  return each.includes('ours') ? 'ours' : 'others';
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
