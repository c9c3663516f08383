/** `longhaul assess` of a real tree. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bareEnvironment } from '../../support/processes/run-longhaul.ts';

/** Drops the capabilities by which root ignores file permissions. */
const WITHOUT_PRIVILEGE =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
const bin = join(import.meta.dirname, '../../../bin/longhaul.js');

let room = '';
beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), 'longhaul-assess-test-'));
  for (const name of ['old/open', 'old/closed', 'old/mail', 'new'])
    mkdirSync(join(room, name), { recursive: true });
  for (const name of [
    'old/open/a',
    'old/open/b',
    'old/open/c',
    'old/mail/private',
    'old/mail/shared',
  ])
    writeFileSync(join(room, name), 'words');
  chmodSync(join(room, 'old/mail/private'), 0o000);
  chmodSync(join(room, 'old/closed'), 0o000);
  writeFileSync(
    join(room, 'acme.yaml'),
    JSON.stringify({
      name: 'acme',
      source: { path: join(room, 'old') },
      destination: { path: join(room, 'new') },
      stateDirectory: join(room, 'state'),
    }),
  );
});
afterAll(() => {
  chmodSync(join(room, 'old/closed'), 0o755);
  rmSync(room, { recursive: true });
});

function assess(...options: string[]): string {
  const [program = '', ...args] = [...WITHOUT_PRIVILEGE, process.execPath, bin, 'assess'];
  const all = [...args, join(room, 'acme.yaml'), ...options];
  return execFileSync(program, all, { env: bareEnvironment, encoding: 'utf8' });
}

test('longhaul assess lists files and directories that it may not read, each with the reason', () => {
  const text = assess();

  expect(text).toContain('Unreadable: 2\n');
  expect(text).toMatch(/^ {2}closed +PERMISSION_DENIED: Cannot list closed/m);
  expect(text).toMatch(/^ {2}mail\/private +PERMISSION_DENIED: Cannot open mail\/private/m);
  expect(text).toMatch(/longhaul accept acme 'mail\/private' --reason/);
  expect(text).toMatch(/^ {2}widest directory +3 entries .* \/open$|^ {2}widest directory .* \/$/m);
  expect(text).toMatch(/^ {2}room for bytes +25 B +limit .* free$/m);
});

test('longhaul assess --json prints one record and nothing else to stdout', () => {
  const record = JSON.parse(assess('--json')) as { type: string; unreadable: { count: number } };

  expect(record).toMatchObject({ type: 'assessment', v: 1, unreadable: { count: 2 } });
});
