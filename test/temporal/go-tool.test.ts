/** A program that is built once with Go, also when several processes want it at once. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { goTool, type GoTool } from '../../src/temporal/go-tool.ts';
import { start, stopAll, until, type Started } from '../support/processes/processes.ts';

const TOOL: GoTool = {
  program: 'hello',
  folder: 'toxiproxy', // any module folder there is
  cacheName: 'hello-1.0.0',
  mainPackage: 'example.com/hello',
  buildCost: 'no time',
};

const top = mkdtempSync(join(tmpdir(), 'longhaul-go-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));
afterEach(stopAll);

let room: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  room = mkdtempSync(join(top, 'test-'));
  mkdirSync(join(room, 'bin'));
  env = { PATH: `${join(room, 'bin')}:/usr/bin:/bin`, HOME: room, XDG_CACHE_HOME: room };
});

const cache = (): string =>
  join(room, 'longhaul', `hello-1.0.0-${process.platform}-${process.arch}`);
/** A line a build that began. */
function builds(): number {
  const path = join(room, 'builds');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

/** A compiler that writes half a program, waits for `done` to exist, and writes the rest. */
function fakeGo(): void {
  const script = `#!/bin/sh
echo build >>${room}/builds
out=$(echo "$*" | sed 's/.* -o \\([^ ]*\\) .*/\\1/')
printf '#!/bin/sh\\n' >"$out"; chmod +x "$out"
while [ ! -e ${room}/done ]; do sleep 0.05; done
echo 'echo hello' >>"$out"
`;
  writeFileSync(join(room, 'bin/go'), script);
  chmodSync(join(room, 'bin/go'), 0o755);
}

/** A process that wants the tool and prints where it is. */
function another(): Started {
  const built = pathToFileURL(join(import.meta.dirname, '../../dist/temporal/go-tool.js')).href;
  const code = `import { goTool } from ${JSON.stringify(built)};
    const onProgress = (message) => console.log(message);
    console.log('has ' + (await goTool(${JSON.stringify(TOOL)}, { onProgress })));`;
  return start(process.execPath, ['--input-type=module', '--eval', code], { env });
}

describe('a program that is built with Go', () => {
  test('is built by one of two processes; the other waits, says so, and has the same', async () => {
    fakeGo();
    const first = another();
    await first.line(/^building hello with Go/);
    const second = another();

    await second.line(new RegExp(`being built by process \\d+: waiting`));
    writeFileSync(join(room, 'done'), '');

    const path = join(cache(), 'hello');
    expect(await first.line(/^has /)).toBe(`has ${path}`);
    expect(await second.line(/^has /)).toBe(`has ${path}`);
    expect(builds()).toBe(1);
    expect(readFileSync(path, 'utf8')).toContain('echo hello');
  });

  test('is built by the one that waited when the builder is killed, and never seen half', async () => {
    fakeGo();
    const first = another();
    await first.line(/^building hello with Go/);
    await until('the compiler runs', () => builds() === 1);
    const second = another();
    await second.line(/waiting/);

    first.kill('SIGKILL');
    await second.line(/^building hello with Go/);
    const whileBuilding = readdirSync(cache());
    writeFileSync(join(room, 'done'), '');

    expect(await second.line(/^has /)).toBe(`has ${join(cache(), 'hello')}`);
    expect(whileBuilding).toEqual([expect.stringMatching(/^build-/)]);
    expect(readdirSync(cache())).toEqual(['hello']);
    expect(builds()).toBe(2);
  });

  test('is not built again', async () => {
    fakeGo();
    writeFileSync(join(room, 'done'), '');

    await goTool(TOOL, { env });
    await goTool(TOOL, { env });

    expect(builds()).toBe(1);
  });

  test('that cannot be built says what Go said, leaves nothing, and is tried again', async () => {
    writeFileSync(join(room, 'bin/go'), '#!/bin/sh\necho "go: no such module" >&2\nexit 1\n');
    chmodSync(join(room, 'bin/go'), 0o755);

    await expect(goTool(TOOL, { env })).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: 'Cannot build hello: go build ended with 1:\ngo: no such module',
      hint: expect.stringContaining('Install Go'),
    });
    expect(readdirSync(cache())).toEqual([]);

    fakeGo();
    writeFileSync(join(room, 'done'), '');
    expect(await goTool(TOOL, { env })).toBe(join(cache(), 'hello'));
  });
});
