/** Which program becomes the server, in which order, and what is said when none can. */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram } from '../../src/temporal/find-program.ts';
import { TEMPORAL_CLI_VERSION } from '../../src/temporal/tools.ts';

const top = mkdtempSync(join(tmpdir(), 'longhaul-find-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

let room: string;
beforeEach(() => {
  room = mkdtempSync(join(top, 'test-'));
});

const GOOD = 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)';
const OLD = 'temporal version 1.0.0 (Server 1.24.2, UI 2.28.0)';
const GOES: Record<string, string> = {
  // The last word is the package; -o has the output before it.
  builds: `out=$(echo "$*" | sed 's/.* -o \\([^ ]*\\) .*/\\1/'); printf '#!/bin/sh\\necho "${GOOD}"' >"$out"; chmod +x "$out"`,
  fails: 'echo "go: module lookup disabled" >&2; exit 1',
};

/** Puts programs where longhaul looks; returns the environment in which it finds just these. */
function given(programs: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const cache = join(room, 'cache/longhaul');
  const places: Record<string, string> = {
    path: join(room, 'bin/temporal'),
    named: join(room, 'named/temporal'),
    built: join(
      ...[cache, `temporal-cli-${TEMPORAL_CLI_VERSION}-${process.platform}-${process.arch}`],
      'temporal',
    ),
    downloaded: join(cache, `sdk-download/temporal-v${TEMPORAL_CLI_VERSION}`),
    go: join(room, 'bin/go'),
  };
  for (const [place, says] of Object.entries(programs)) {
    const path = places[place] ?? '';
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${GOES[says] ?? `echo "${says}"`}\n`);
    chmodSync(path, 0o755);
  }
  return {
    PATH: `${join(room, 'bin')}:/usr/bin:/bin`,
    HOME: room,
    XDG_CACHE_HOME: join(room, 'cache'),
    LONGHAUL_NO_DOWNLOAD: '1',
  };
}

describe('the program that becomes the server', () => {
  test.each<{ there: Record<string, string>; taken: RegExp; how: string }>`
    there                                        | taken                      | how
    ${{ path: GOOD, built: GOOD, go: 'builds' }} | ${/bin\/temporal$/}        | ${'a `temporal` program on PATH'}
    ${{ path: OLD, built: GOOD }}                | ${/cli-1.5.1-.*temporal$/} | ${'Temporal 1.5.1 from the cache'}
    ${{ path: 'what?', built: GOOD }}            | ${/cli-1.5.1-.*temporal$/} | ${'Temporal 1.5.1 from the cache'}
    ${{ built: GOOD, downloaded: GOOD }}         | ${/cli-1.5.1-.*temporal$/} | ${'Temporal 1.5.1 from the cache'}
    ${{ downloaded: GOOD, go: 'builds' }}        | ${/sdk-download/}          | ${'Temporal 1.5.1 from the cache'}
    ${{ go: 'builds' }}                          | ${/cli-1.5.1-.*temporal$/} | ${'Temporal 1.5.1 built with Go'}
  `('is the one $how, of $there', async ({ there, taken, how }) => {
    const found = await findProgram({ env: given(there) });

    expect(found).toEqual({ path: expect.stringMatching(taken), how });
  });

  test('is the one that was named, by its path or by its name', async () => {
    const env = given({ named: GOOD, path: GOOD, built: GOOD });
    const named = join(room, 'named/temporal');

    const byPath = await findProgram({ env, program: named });
    const byName = await findProgram({ env, program: 'temporal' });

    expect(byPath).toEqual({ path: named, how: `the program ${named}` });
    expect(byName.path).toBe(join(room, 'bin/temporal'));
  });

  test.each([
    ['is too old', OLD, 'is too old: Server 1.24.2, 1.28 is needed'],
    ['is no server', 'hello', '--version names no server: hello'],
  ])('is no other one when the named one %s', async (_why, says, because) => {
    const env = given({ named: says, path: GOOD, built: GOOD });

    await expect(findProgram({ env, program: join(room, 'named/temporal') })).rejects.toMatchObject(
      { code: 'SERVER_UNREACHABLE', message: expect.stringContaining(because) },
    );
  });

  test('is no other one when the named one is not there', async () => {
    await expect(findProgram({ env: given({ path: GOOD }), program: './none' })).rejects.toThrow(
      'the program ./none: there is no such executable file',
    );
  });

  test('is none when all fail: each is listed with its reason, and what to type', async () => {
    const failure = findProgram({ env: given({ path: OLD, go: 'fails' }) });

    await expect(failure).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: [
        'No Temporal server could be started. Tried:',
        `  - a \`temporal\` program on PATH: ${room}/bin/temporal is too old: Server 1.24.2, 1.28 is needed`,
        '  - Temporal 1.5.1 from the cache: none',
        "  - the SDK's download: LONGHAUL_NO_DOWNLOAD is set",
        '  - Temporal 1.5.1 built with Go: Cannot build temporal: go build ended with 1:',
        'go: module lookup disabled',
      ].join('\n'),
      hint: expect.stringMatching(
        /export TEMPORAL_ADDRESS=[\s\S]*longhaul up --temporal[\s\S]*golang/,
      ),
    });
  });

  test('is none where Go is missing, and that is said', async () => {
    const env = { ...given({}), PATH: join(room, 'bin') };

    await expect(findProgram({ env })).rejects.toThrow('there is no `go` program on PATH');
  });
});

describe("the SDK's download", () => {
  const withProxy = (proxy: string): NodeJS.ProcessEnv => ({
    ...given({ go: 'builds' }),
    LONGHAUL_NO_DOWNLOAD: '',
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
  });

  test('that is refused gives way to the next candidate at once, and leaves nothing', async () => {
    const said: string[] = [];

    const found = await findProgram({
      env: withProxy('http://127.0.0.1:1'),
      onProgress: (message) => said.push(message),
    });

    expect(found.how).toBe('Temporal 1.5.1 built with Go');
    expect(said[0]).toContain("Temporal's download host");
    expect(readdirSync(join(room, 'cache/longhaul/sdk-download'))).toEqual([]);
  });

  test('that gets no answer is given up after seconds', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };

    const env = { ...withProxy(`http://127.0.0.1:${port}`), PATH: join(room, 'none') };
    const failure = findProgram({ env });

    await expect(failure).rejects.toThrow("no answer from Temporal's download host within 8 s");
    silent.close();
  });
});
