import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { createAwsClients } from '../../src/aws/clients.ts';
import { exampleDataSyncSpec } from '../../src/spec/examples/datasync.ts';
import { SCHEMA_PATH } from '../../src/spec/json-schema.ts';
import { dataSyncSpec, isPosixSpec, posixSpec, treeName } from '../../src/spec/kinds.ts';
import { parseSpec } from '../../src/spec/parse.ts';
import { describeProblem } from '../../src/spec/reading/problem.ts';

const example = exampleDataSyncSpec();
const problemsOf = (yaml: string) => parseSpec(yaml).problems.map(describeProblem);

test('the example of longhaul init --engine datasync is a spec, and valid by the JSON Schema', () => {
  const { spec, problems } = parseSpec(example);

  expect(problems).toEqual([]);
  expect(isPosixSpec(spec!)).toBe(false);
  expect(dataSyncSpec(spec!)).toMatchObject({
    source: { kind: 'nfs', version: 'automatic', agents: ['site-a-1'] },
    destination: { kind: 'efs', directory: '/' },
    aws: { layout: 'auto', taskQuota: 100, pollInterval: 30_000, removeWithFilters: false },
  });
  expect([treeName(spec!.source), treeName(spec!.destination)]).toEqual([
    'nfs://files.example.com/srv/data',
    'efs://new/',
  ]);
  expect(() => posixSpec(spec!)).toThrow('does not name two mounted trees');
  const schema = JSON.parse(readFileSync(SCHEMA_PATH, 'utf8')) as object;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  expect(validate(parse(example))).toBe(true);
});

describe('a spec for DataSync', () => {
  test.each([
    [
      'a mistyped key',
      'server:',
      'sever:',
      'line 10: source.sever: unknown key; did you mean "server"?',
    ],
    ['no agent', '[site-a-1]', '[]', 'line 13: source.agents: expected at least 1 item, found []'],
    [
      'an account that YAML reads as a number',
      '"123456789012"',
      '123456789012',
      'aws.account: expected an account number in quotes',
    ],
    [
      'an export DataSync cannot name',
      '/srv/data',
      '/srv/daten&mehr',
      'source.export: expected an absolute path of letters',
    ],
    [
      'a subnet that is none',
      '[subnet-0a1b2c3d]',
      '[net-1]',
      'destination.subnets[0]: expected the id of a subnet',
    ],
    [
      'both a file system and a new one',
      '  # fileSystem:',
      '  fileSystem:',
      'destination.fileSystem: expected either the id of a file system, or create:',
    ],
    [
      'the posix engine',
      'engine: datasync',
      'engine: posix',
      'source.kind: expected "posix", which is what the posix engine reads',
    ],
    [
      'a trash',
      'deletes:',
      'deletes:\n  trash: { keepFor: 7d }',
      'deletes.trash: DataSync has no trash',
    ],
    [
      'a place in S3 twice',
      '  # layout: auto',
      `  s3Locations:
    - { bucket: archive, prefix: old, accessRole: "arn:aws:iam::123456789012:role/a" }
    - { bucket: archive, prefix: /old/, accessRole: "arn:aws:iam::123456789012:role/a" }
  # layout: auto`,
      'aws.s3Locations[1]: expected each place once, found "archive/old" again',
    ],
    [
      'a chunk twice',
      '# chunks:\n#   roots: [projects/alpha, home]',
      'chunks:\n  roots: [home, home]',
      'chunks.roots[1]: expected each directory once, found "home" again',
    ],
  ])('with %s is refused with where and why', (_what, from, to, expected) => {
    expect(example).toContain(from);

    expect(problemsOf(example.replace(from, to)).join('\n')).toContain(expected);
  });

  test('without its aws block is refused', () => {
    const text = example.replace(/^aws:[\s\S]*?(?=^link:)/m, '');

    expect(problemsOf(text)).toEqual([expect.stringContaining('aws: expected a block')]);
  });
});

test('clients that create or start send a request once, the others repeat', async () => {
  const sent: string[] = [];
  const failing = {
    handle: (request: { headers: Record<string, string> }) => {
      sent.push(request.headers['x-amz-target'] ?? '');
      return Promise.reject(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    },
    destroy: () => undefined,
  };
  const clients = createAwsClients(
    { region: 'eu-central-1', endpoints: { datasync: 'http://127.0.0.1:1' } },
    { requestHandler: failing, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } },
  );
  const { ListAgentsCommand } = await import('@aws-sdk/client-datasync');

  await expect(clients.datasync.send(new ListAgentsCommand({}))).rejects.toThrow('socket hang up');
  expect(sent).toHaveLength(3);
  await expect(clients.datasyncOnce.send(new ListAgentsCommand({}))).rejects.toThrow(
    'socket hang up',
  );
  expect(sent).toHaveLength(4);
  clients.dispose();
});
