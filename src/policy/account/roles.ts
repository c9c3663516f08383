/** Whether DataSync may take the roles of the spec, and only this account's DataSync. */
import { fine, notKnown, warning, wrong, type AccountCheck, type AccountFacts } from './facts.ts';
import type { Told } from './surroundings.ts';
import { judgeTrust } from '../iam/role-trust.ts';

export function roleChecks({ wanted, around }: AccountFacts): AccountCheck[] {
  return wanted.roles.map((role) =>
    roleCheck(role, around.trusts[role] ?? { notTold: 'it was not asked for' }, wanted),
  );
}

function roleCheck(
  role: string,
  trust: Told<string | undefined>,
  { region, account }: AccountFacts['wanted'],
): AccountCheck {
  const name = role.split('/').at(-1) ?? role;
  const check = `trust of ${name}`;
  const fix = 'See what it should be: longhaul iam-policy SPEC --phase datasync-trust.';
  const look = `aws iam get-role --role-name ${name} --query Role.AssumeRolePolicyDocument`;
  const [, partition = '', , , owner = ''] = role.split(':');
  if (owner !== account) {
    const pass = 'Name a role of this account: one of another cannot be handed on.';
    return wrong(check, `the role is of ${owner}, not of ${account}`, pass);
  }
  if ('notTold' in trust) return notKnown(check, trust.notTold, look);
  if (trust.told === undefined) return wrong(check, 'there is no such role', fix);
  const { verdict, because } = judgeTrust(trust.told, { partition, region, account });
  switch (verdict) {
    case 'guarded':
      return fine(check, because);
    case 'open':
    case 'half open':
      return warning(check, because, fix);
    case 'refused':
      return wrong(check, because, fix);
    case 'not known':
      return notKnown(check, because, look);
  }
}
