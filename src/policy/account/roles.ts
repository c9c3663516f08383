/** Checks that DataSync of this account, and no other, can assume the roles of the spec. */
import { fine, notKnown, warning, wrong, type AccountCheck, type AccountFacts } from './facts.ts';
import type { Answer } from './context.ts';
import { judgeTrust } from '../iam/role-trust.ts';

export function roleChecks({ wanted, context }: AccountFacts): AccountCheck[] {
  return wanted.roles.map((role) =>
    roleCheck(role, context.trusts[role] ?? { unavailable: 'it was not read' }, wanted),
  );
}

function roleCheck(
  role: string,
  trust: Answer<string | undefined>,
  { region, account }: AccountFacts['wanted'],
): AccountCheck {
  const name = role.split('/').at(-1) ?? role;
  const check = `trust of ${name}`;
  const fix = 'See what it should be: longhaul iam-policy SPEC --phase datasync-trust.';
  const command = `aws iam get-role --role-name ${name} --query Role.AssumeRolePolicyDocument`;
  const [, partition = '', , , owner = ''] = role.split(':');
  if (owner !== account) {
    const useOwn = 'Use a role of this account: roles of other accounts cannot be passed.';
    return wrong(check, `the role belongs to ${owner}, not to ${account}`, useOwn);
  }
  if ('unavailable' in trust) return notKnown(check, trust.unavailable, command);
  if (trust.value === undefined) return wrong(check, 'the role does not exist', fix);
  const { verdict, because } = judgeTrust(trust.value, { partition, region, account });
  switch (verdict) {
    case 'guarded':
      return fine(check, because);
    case 'open':
    case 'half open':
      return warning(check, because, fix);
    case 'refused':
      return wrong(check, because, fix);
    case 'not known':
      return notKnown(check, because, command);
  }
}
