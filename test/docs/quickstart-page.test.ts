/** docs/quickstart.md as its reader follows it: each command, in its order, on a small tree. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { differences } from '../support/trees/oracle.ts';
import { binFolder, blocksOf } from '../support/processes/page-commands.ts';
import { start, stopAll, until, type Started } from '../support/processes/processes.ts';
import { testServer } from '../support/servers/temporal.ts';

const PAGE = 'docs/quickstart.md';
const room = mkdtempSync(join(tmpdir(), 'longhaul-quickstart-'));
const PLACES: readonly (readonly [string, string])[] = [
  ['/mnt/old', join(room, 'old')],
  ['/mnt/new', join(room, 'new')],
  ['/var/lib/longhaul', join(room, 'state')],
];
const here = (text: string): string =>
  PLACES.reduce((done, [there, place]) => done.replaceAll(there, place), text);
const at = (path: string): string => join(room, path);

let env: Record<string, string>;
let socket: ReturnType<typeof createServer>;
beforeAll(async () => {
  for (const folder of ['old/run', 'old/home/x', 'new']) mkdirSync(at(folder), { recursive: true });
  for (let i = 0; i < 40; i++) writeFileSync(at(`old/home/file-${i}`), 'x'.repeat(i * 100));
  writeFileSync(at('old/home/x/report.odt'), 'closed to the worker', { mode: 0o000 });
  socket = createServer();
  await new Promise<void>((resolve) => socket.listen(at('old/run/app.sock'), resolve));
  const path = `${binFolder(room)}:${process.env['PATH']}`;
  const folders = { HOME: room, XDG_STATE_HOME: at('xdg') };
  env = { PATH: path, ...folders, ...(await testServer()).env };
});
afterAll(async () => {
  await stopAll();
  socket.close();
  rmSync(room, { recursive: true, force: true });
});

/** What the reader types, without the comment. */
const lines = blocksOf(PAGE, 'sh')
  .flatMap((block) => block.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, ''))
  .filter((line) => line !== '');

const type = (line: string): string =>
  execFileSync('sh', ['-c', here(line)], { cwd: room, env, encoding: 'utf8' });

/** In a terminal of its own; for root without the power to read what it may not. */
function typeElsewhere(line: string): Started {
  const powers = '-dac_override,-dac_read_search';
  const bound = process.getuid?.() === 0 ? ['--bounding-set', powers, '--inh-caps', powers] : [];
  return start('setpriv', [...bound, 'sh', '-c', `exec ${here(line)}`], { cwd: room, env });
}

/** What happens beside the commands: what the page tells in prose. */
const BESIDE: Readonly<Record<string, (line: string) => Promise<void> | void>> = {
  // Set up is what the tests stand on; the second line is tried beside what is installed.
  'scripts/setup': (line) => void statSync(line),
  'npm install --global .': () => {
    const install = ['install', '--global', '--prefix', at('prefix'), process.cwd()];
    execFileSync('npm', install, { stdio: 'ignore' });
    expect(execFileSync(at('prefix/bin/longhaul'), ['--version'], { env }).length).toBeGreaterThan(
      3,
    );
  },
  'longhaul init > acme.yaml': (line) => {
    type(line);
    const [filled = ''] = blocksOf(PAGE, 'yaml');
    const spec = readFileSync(at('acme.yaml'), 'utf8');
    for (const word of filled.matchAll(/^(\w+):/gm)) expect(spec).toContain(`\n${word[1]}:`);
    writeFileSync(at('acme.yaml'), here(spec));
  },
  'longhaul worker': (line) => void typeElsewhere(line).ended.catch(() => undefined),
  'longhaul watch acme': async (line) => {
    const watching = typeElsewhere(line);
    if (watched++ === 0) {
      await watching.line(/blocked: .*PERMISSION_DENIED/);
      watching.kill('SIGINT');
      expect(await watching.ended).toBe(130);
    } else {
      expect(await watching.ended).toBe(0);
      expect(watching.output()).toContain('  done');
    }
  },
  'longhaul chunks acme --blocked': (line) => {
    expect(type(line)).toMatch(/0000 +blocked[\s\S]*home\/x\/report\.odt/);
    chmodSync(at('old/home/x/report.odt'), 0o644);
  },
  'longhaul run-round acme': async (line) => {
    await until('the chunk is through', () => !type('longhaul status acme').includes('blocked'));
    type(line);
    await until('it is ready', () => /ready to cut over/.test(type('longhaul status acme')));
  },
};
let watched = 0;

describe(PAGE, () => {
  test('its commands, one after the other, move a tree and prove it', async () => {
    expect(lines.length).toBeGreaterThan(12);
    for (const line of lines) await (BESIDE[line] ?? type)(line);

    // The page says what rsync prints: nothing but the exception that was accepted.
    expect(differences(at('old'), at('new'))).toEqual(['cS+++++++++ run/app.sock']);
    expect(readFileSync(at('acme.mtree'), 'utf8')).toMatch(/report\.odt type=file .*sha256=/);
    // Each special case above is still on the page.
    expect(Object.keys(BESIDE).filter((line) => !lines.includes(line))).toEqual([]);
  });

  test('its spec, as it stands there, is fine', () => {
    writeFileSync(at('page.yaml'), here(blocksOf(PAGE, 'yaml').join('')));

    expect(type('longhaul check page.yaml')).toContain('is fine');
  });
});
