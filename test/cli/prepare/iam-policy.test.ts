import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { longhaul } from '../../support/processes/run-longhaul.ts';

let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'longhaul-cli-'));
  const example = await longhaul(['init', '--engine', 'datasync', '--state', join(cwd, 'state')]);
  writeFileSync(join(cwd, 'acme.yaml'), example.stdout);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Document {
  readonly Version: string;
  readonly Statement: readonly object[];
}

describe('longhaul iam-policy', () => {
  test('prints all policies as one JSON object, and the purpose of each to stderr', async () => {
    const { exit, stdout, stderr } = await longhaul(['iam-policy', 'acme.yaml'], { cwd });

    const documents = JSON.parse(stdout) as Record<string, Document>;
    expect(exit).toBe(0);
    expect(Object.keys(documents)).toEqual([
      'assess',
      'destination',
      'agents',
      'locations',
      'tasks',
      'run',
      'prune',
      'teardown',
      'datasync-trust',
      'reports',
      'manifests',
      'file-system',
    ]);
    expect(stderr).toMatch(/^ {2}run +run the migration: creates locations and tasks of chunks/m);
    expect(stderr).toMatch(/^ {2}reports +write task reports; for arn:aws:iam::/m);
  });

  test('--phase prints one policy as a document for AWS', async () => {
    const { exit, stdout } = await longhaul(['iam-policy', 'acme.yaml', '--phase', 'run'], { cwd });

    const document = JSON.parse(stdout) as Document;
    expect(exit).toBe(0);
    expect(document.Version).toBe('2012-10-17');
    expect(document.Statement).toContainEqual({
      Sid: 'WriteManifests',
      Effect: 'Allow',
      Action: ['s3:PutObject'],
      Resource: 'arn:aws:s3:::acme-migration-reports/longhaul/manifests/*',
    });
  });

  test('--json prints a record per policy', async () => {
    const { stdout } = await longhaul(['iam-policy', 'acme.yaml', '--json'], { cwd });

    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; name: string });
    expect(records).toHaveLength(12);
    expect(records[0]).toMatchObject({ type: 'iam policy', v: 1, name: 'assess' });
  });

  test('an unknown phase is rejected with the list of known ones', async () => {
    const { exit, stderr } = await longhaul(['iam-policy', 'acme.yaml', '--phase', 'ran'], { cwd });

    expect(exit).toBe(2);
    expect(stderr).toMatch(/^longhaul: There is no policy "ran".*There are assess, destination/);
  });
});
