/** The checks of an AWS account as text. */
import type { AccountCheck } from '../../policy/account/facts.ts';
import { alignColumns } from '../columns.ts';

export function renderAccount(checks: readonly AccountCheck[]): string {
  const rows = checks.map(({ verdict, check, found }) => [
    verdict === 'fine' ? 'fine' : verdict.toUpperCase(),
    check,
    found,
  ]);
  const fixes = checks.flatMap(({ check, fix }) =>
    fix === undefined ? [] : [`  ${check}: ${fix}`],
  );
  return [
    'The account',
    ...alignColumns(rows, ['left', 'left', 'left']),
    ...(fixes.length === 0 ? [] : ['', 'What to do', ...fixes]),
  ].join('\n');
}
