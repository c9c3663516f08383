/** The policies: their permissions, and that AWS knows every action, resource and condition in them. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { PolicyDocument, Statement } from '../../../src/policy/iam/document.ts';
import type { IamFacts } from '../../../src/policy/iam/facts.ts';
import { IAM_PHASES, type IamPhase } from '../../../src/policy/iam/phases.ts';
import { fileSystemPolicy, roleDocuments } from '../../../src/policy/iam/roles.ts';
import { iamTools } from '../../support/processes/python-programs.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const FACTS: IamFacts = {
  tag: { key: 'longhaul:migration', value: 'acme' },
  environment: { partition: 'aws', region: 'eu-central-1', account: '111122223333' },
  kmsKey: 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000',
  subnets: ['subnet-0a1b2c3d'],
  securityGroups: ['sg-0a1b2c3d'],
  accessRole: role('efs'),
  bucket: 'evidence',
  prefix: 'longhaul',
  writeRole: role('reports'),
  readRole: role('manifests'),
  logGroup: 'arn:aws:logs:eu-central-1:111122223333:log-group:/datasync/acme',
};

const PHASES = Object.keys(IAM_PHASES) as IamPhase[];
const policy = (phase: IamPhase, facts = FACTS): PolicyDocument => IAM_PHASES[phase].build(facts);
const actionsOf = ({ Statement: statements }: PolicyDocument): string[] =>
  statements.flatMap(({ Action }) => Action);
const statementFor = (document: PolicyDocument, action: string): Statement | undefined =>
  document.Statement.find(({ Action }) => [Action].flat().includes(action));

const VARIANTS: Readonly<Record<string, IamFacts>> = {
  'S3 locations': {
    ...FACTS,
    s3Locations: [{ bucket: 'archive', prefix: 'old', role: role('archive') }],
  },
  'a new file system': FACTS,
  'an existing file system': { ...FACTS, fileSystem: 'fs-0123456789abcdef0' },
  'an alias as the key': { ...FACTS, kmsKey: 'arn:aws:kms:eu-central-1:111122223333:alias/acme' },
  'only mandatory settings': {
    ...FACTS,
    kmsKey: undefined,
    accessRole: undefined,
    logGroup: undefined,
    prefix: '',
  },
};

describe('every policy', () => {
  test.each(Object.keys(VARIANTS))(
    'names only actions, resources and conditions that AWS knows, with %s',
    async (variant) => {
      const facts = VARIANTS[variant] ?? FACTS;
      const documents = Object.fromEntries([
        ...PHASES.map((phase) => [phase, policy(phase, facts)]),
        ...roleDocuments(facts).map(({ name, document }) => [name, document]),
      ]);

      const python = join(await iamTools(), 'python');
      const said = execFileSync(
        python,
        [join(import.meta.dirname, '../../support/aws/iam-check.py')],
        {
          input: JSON.stringify(documents),
          encoding: 'utf8',
        },
      );

      expect(said).toBe('');
    },
    400_000,
  );

  test('fits into a managed policy', () => {
    for (const phase of PHASES) {
      expect(
        JSON.stringify(policy(phase, VARIANTS['an existing file system'])).length,
      ).toBeLessThan(6144);
    }
  });

  test('has unique statement ids that IAM accepts', () => {
    for (const phase of PHASES) {
      const ids = policy(phase).Statement.map(({ Sid }) => Sid ?? '');
      expect(ids.filter((id) => !/^[A-Za-z0-9]+$/.test(id))).toEqual([]);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});

describe('least privilege', () => {
  const WRITES = /:(Create|Delete|Put|Update|Tag|Untag|Start|Cancel|Pass|Modify)/;

  test('assess allows no changes', () => {
    expect(actionsOf(policy('assess')).filter((action) => WRITES.test(action))).toEqual([]);
  });

  test('run allows creating and deleting only locations, tasks and their network interfaces', () => {
    const made = actionsOf(policy('run')).filter((action) => /:(Create|Delete)/.test(action));

    expect(made.sort()).toEqual([
      'datasync:CreateLocationEfs',
      'datasync:CreateLocationNfs',
      'datasync:CreateTask',
      'datasync:DeleteLocation',
      'datasync:DeleteTask',
      'ec2:CreateNetworkInterface',
      'ec2:CreateNetworkInterfacePermission',
      'ec2:DeleteNetworkInterface',
    ]);
  });

  test('teardown does not allow deleting the file system', () => {
    expect(actionsOf(policy('teardown'))).not.toContain('elasticfilesystem:DeleteFileSystem');
  });

  test.each<[IamPhase, string]>([
    ['run', 'datasync:StartTaskExecution'],
    ['run', 'datasync:CancelTaskExecution'],
    ['run', 'datasync:DeleteTask'],
    ['tasks', 'datasync:UpdateTask'],
    ['locations', 'datasync:UpdateLocationEfs'],
    ['teardown', 'datasync:DeleteTask'],
    ['teardown', 'elasticfilesystem:DeleteMountTarget'],
  ])('%s allows %s only with the tag of the migration', (phase, action) => {
    expect(statementFor(policy(phase), action)?.Condition).toEqual({
      StringEquals: { 'aws:ResourceTag/longhaul:migration': 'acme' },
    });
  });

  test.each<[IamPhase, string]>([
    ['locations', 'datasync:CreateLocationNfs'],
    ['tasks', 'datasync:CreateTask'],
    ['run', 'datasync:CreateTask'],
    ['destination', 'elasticfilesystem:CreateFileSystem'],
  ])('%s allows %s only when it sets the tag of the migration', (phase, action) => {
    expect(statementFor(policy(phase), action)?.Condition).toMatchObject({
      StringEquals: { 'aws:RequestTag/longhaul:migration': 'acme' },
    });
  });

  test('roles can be passed only to DataSync', () => {
    for (const phase of ['locations', 'tasks', 'run'] as const) {
      expect(statementFor(policy(phase), 'iam:PassRole')?.Condition).toEqual({
        StringEquals: { 'iam:PassedToService': 'datasync.amazonaws.com' },
      });
    }
    expect(statementFor(policy('locations'), 'iam:PassRole')?.Resource).toEqual([role('efs')]);
  });

  test('a file system must be encrypted, with a key that is used only through EFS', () => {
    const document = policy('destination');

    expect(statementFor(document, 'elasticfilesystem:CreateFileSystem')?.Condition).toMatchObject({
      Bool: { 'elasticfilesystem:Encrypted': 'true' },
    });
    expect(statementFor(document, 'kms:CreateGrant')).toMatchObject({
      Resource: FACTS.kmsKey,
      Condition: {
        StringEquals: { 'kms:ViaService': 'elasticfilesystem.eu-central-1.amazonaws.com' },
      },
    });
  });

  test('with an existing file system, none can be created and no other changed', () => {
    const document = policy('destination', VARIANTS['an existing file system']);

    expect(actionsOf(document)).not.toContain('elasticfilesystem:CreateFileSystem');
    expect(statementFor(document, 'elasticfilesystem:PutFileSystemPolicy')?.Resource).toEqual([
      'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0123456789abcdef0',
    ]);
  });
});

describe('the roles', () => {
  test('can be assumed only by DataSync of this account and region', () => {
    const trust = roleDocuments(FACTS).find(({ name }) => name === 'datasync-trust');

    expect(trust?.document.Statement[0]?.Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': '111122223333' },
      ArnLike: { 'aws:SourceArn': 'arn:aws:datasync:eu-central-1:111122223333:*' },
    });
    expect(trust?.attachTo).toBe([role('efs'), role('reports'), role('manifests')].join(', '));
  });

  test('write below the prefix and read manifests there', () => {
    const resources = roleDocuments(FACTS)
      .filter(({ name }) => name === 'reports' || name === 'manifests')
      .map(({ document }) => document.Statement[0]?.Resource);

    expect(resources).toEqual([
      'arn:aws:s3:::evidence/longhaul/*',
      'arn:aws:s3:::evidence/longhaul/manifests/*',
    ]);
  });

  test('the file system requires TLS and gives root only to DataSync', () => {
    const { Statement: statements } = fileSystemPolicy({ accessRole: role('efs') });

    expect(statements).toEqual([
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: '*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      {
        Sid: 'DataSyncAsRoot',
        Effect: 'Allow',
        Principal: { AWS: role('efs') },
        Action: ['ClientMount', 'ClientWrite', 'ClientRootAccess'].map(
          (action) => `elasticfilesystem:${action}`,
        ),
        Condition: { Bool: { 'aws:SecureTransport': 'true' } },
      },
    ]);
  });
});
