/** Decisions who can assume a role that DataSync needs. */
import { describe, expect, test } from '@jest/globals';
import { roleDocuments } from '../../../src/policy/iam/roles.ts';
import { judgeTrust } from '../../../src/policy/iam/role-trust.ts';

const ENVIRONMENT = { partition: 'aws', region: 'eu-central-1', account: '111122223333' };
const ACCOUNT = { StringEquals: { 'aws:SourceAccount': ENVIRONMENT.account } };
const ARN = { ArnLike: { 'aws:SourceArn': 'arn:aws:datasync:eu-central-1:111122223333:*' } };
const statement = (change: object = {}): object => ({
  Effect: 'Allow',
  Principal: { Service: 'datasync.amazonaws.com' },
  Action: 'sts:AssumeRole',
  Condition: { ...ACCOUNT, ...ARN },
  ...change,
});
const judge = (...statements: object[]) =>
  judgeTrust(JSON.stringify({ Version: '2012-10-17', Statement: statements }), ENVIRONMENT).verdict;

describe('a trust policy', () => {
  test('printed by longhaul is guarded', () => {
    const facts = {
      tag: { key: 'k', value: 'v' },
      environment: ENVIRONMENT,
      subnets: [],
      securityGroups: [],
      bucket: 'b',
      prefix: '',
      writeRole: 'arn:aws:iam::111122223333:role/r',
      readRole: 'arn:aws:iam::111122223333:role/r',
    };
    const printed = roleDocuments(facts).find(({ name }) => name === 'datasync-trust');

    expect(judgeTrust(JSON.stringify(printed?.document), ENVIRONMENT).verdict).toBe('guarded');
  });

  test.each<[string, string, object]>([
    [
      'guarded',
      'for one location',
      {
        Condition: {
          ...ACCOUNT,
          ArnEquals: {
            'aws:SourceArn': 'arn:aws:datasync:eu-central-1:111122223333:location/loc-1',
          },
        },
      },
    ],
    [
      'guarded',
      'for DataSync in every region',
      {
        Condition: {
          ...ACCOUNT,
          ArnLike: { 'AWS:sourcearn': 'arn:aws:datasync:*:111122223333:*' },
        },
      },
    ],
    [
      'guarded',
      'for several accounts, including this one',
      {
        Condition: {
          ...ARN,
          StringEquals: { 'aws:SourceAccount': ['444455556666', ENVIRONMENT.account] },
        },
      },
    ],
    ['half open', 'without the ARN', { Condition: ACCOUNT }],
    ['half open', 'without the account', { Condition: ARN }],
    ['open', 'without a condition', { Condition: undefined }],
    [
      'open',
      'with a condition that allows every account',
      { Condition: { StringLike: { 'aws:SourceAccount': '*' } } },
    ],
    ['open', 'for every principal', { Principal: '*', Condition: undefined }],
    ['refused', 'for another service', { Principal: { Service: 'ec2.amazonaws.com' } }],
    ['refused', 'to tag the session', { Action: 'sts:TagSession' }],
    [
      'refused',
      'for another account',
      { Condition: { ...ARN, StringEquals: { 'aws:SourceAccount': '444455556666' } } },
    ],
    [
      'refused',
      'for another region',
      {
        Condition: {
          ...ACCOUNT,
          ArnLike: { 'aws:SourceArn': 'arn:aws:datasync:us-east-1:111122223333:*' },
        },
      },
    ],
    [
      'refused',
      'for another service as the source',
      { Condition: { ...ACCOUNT, ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::bucket' } } },
    ],
    [
      'not known',
      'with a condition that longhaul does not know',
      { Condition: { ...ACCOUNT, Bool: { 'aws:MultiFactorAuthPresent': 'true' } } },
    ],
    ['not known', 'that denies', { Effect: 'Deny' }],
  ])('is %s %s', (expected, _, change) => {
    expect(judge(statement(change))).toBe(expected);
  });

  test('is as open as its widest statement', () => {
    const elsewhere = statement({
      Condition: { StringEquals: { 'aws:SourceAccount': '444455556666' } },
    });

    expect(judge(elsewhere, statement())).toBe('guarded');
    expect(judge(statement(), statement({ Condition: undefined }))).toBe('open');
  });

  test('that is not JSON is refused', () => {
    expect(judgeTrust('not JSON', ENVIRONMENT).verdict).toBe('refused');
  });
});
