/** A server that the operator configured comes before every other. */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configuredNamespace, configuredServer } from '../../src/temporal/configured-server.ts';
import { ensureServer } from '../../src/temporal/server.ts';
import { testServer } from '../support/servers/temporal.ts';

const top = mkdtempSync(join(tmpdir(), 'longhaul-configured-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));
let room: string;
beforeEach(() => {
  room = mkdtempSync(join(top, 'test-'));
});

function withProfiles(toml: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const file = join(room, 'temporal.toml');
  writeFileSync(file, toml);
  return { TEMPORAL_CONFIG_FILE: file, ...more };
}

const PROFILES = `
[profile.default]
address = "10.0.0.1:7233"
[profile.cloud]
address = "acme.tmprl.cloud:7233"
namespace = "acme"
api_key = "key"
[profile.nameless]
namespace = "only-this"
`;

describe('the configured server', () => {
  test.each`
    variables                                                            | address                    | namespace    | how
    ${{ TEMPORAL_ADDRESS: 'h:1', TEMPORAL_NAMESPACE: 'n' }}              | ${'h:1'}                   | ${'n'}       | ${'TEMPORAL_ADDRESS'}
    ${{}}                                                                | ${'10.0.0.1:7233'}         | ${'default'} | ${'profile default of temporal.toml'}
    ${{ TEMPORAL_PROFILE: 'cloud' }}                                     | ${'acme.tmprl.cloud:7233'} | ${'acme'}    | ${'profile cloud of temporal.toml'}
    ${{ TEMPORAL_PROFILE: 'cloud', TEMPORAL_ADDRESS: '127.0.0.1:7233' }} | ${'127.0.0.1:7233'}        | ${'acme'}    | ${'TEMPORAL_ADDRESS'}
  `('with $variables is $address', ({ variables, address, namespace, how }) => {
    const server = configuredServer(withProfiles(PROFILES, variables as NodeJS.ProcessEnv));

    expect(server).toMatchObject({ connectionOptions: { address }, namespace, how });
  });

  test('is none without an address, and its namespace counts all the same', () => {
    const env = withProfiles(PROFILES, { TEMPORAL_PROFILE: 'nameless' });

    expect(configuredServer(env)).toBeUndefined();
    expect(configuredNamespace(env)).toBe('only-this');
    expect(configuredServer({ HOME: room, TEMPORAL_ADDRESS: '' })).toBeUndefined();
  });

  test.each([
    ['is no TOML', 'address = = 1', {}],
    ['has no such profile', PROFILES, { TEMPORAL_PROFILE: 'clowd' }],
  ])('is a mistake of usage when the file %s', (_what, toml, variables) => {
    expect(() => configuredServer(withProfiles(toml, variables))).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('temporal.toml') }),
    );
  });

  test('is taken before any program, and nothing is started beside it', async () => {
    const { env, address } = await testServer();

    const server = await ensureServer({
      stateDirectory: room,
      program: '/nonexistent/temporal',
      lifetime: 'with this process',
      env,
    });
    await server.stop();

    expect(server).toMatchObject({ address, how: 'TEMPORAL_ADDRESS' });
    expect(server.pid).toBeUndefined();
    expect(existsSync(join(room, 'temporal'))).toBe(false);
    await expect(fetch(server.uiUrl ?? 'http://127.0.0.1:1')).rejects.toThrow();
  });
});
