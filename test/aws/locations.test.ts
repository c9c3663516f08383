/** Requests and URIs of locations, which provisioning and the engine share. */
import { describe, expect, test } from '@jest/globals';
import {
  asDirectory,
  efsLocation,
  efsUri,
  nfsLocation,
  nfsUri,
  normalUri,
} from '../../src/aws/locations.ts';
import { type LocationSpec, dataSyncSpec } from '../../src/spec/kinds.ts';
import { withAccessPoint } from '../../src/aws/provision/access-point.ts';
import { parseSpec } from '../../src/spec/parse.ts';

function spec(directory: string, path: string, more = ''): LocationSpec {
  const parsed = parseSpec(`name: acme
engine: datasync
source: { kind: nfs, server: nfs.example, export: ${path}, agents: [site-a] }
destination: { kind: efs, directory: ${directory}, subnets: [subnet-0a1b2c3d], securityGroups: [sg-0a1b2c3d] ${more} }
stateDirectory: /state
aws:
  region: eu-central-1
  account: "111122223333"
  reports: { bucket: evidence, writeRole: "arn:aws:iam::111122223333:role/reports" }
`);
  if (parsed.spec === undefined) throw new Error(JSON.stringify(parsed.problems));
  return dataSyncSpec(parsed.spec);
}
const GIVEN = ', fileSystem: fs-0123456789abcdef0';

test.each<[string[], string]>([
  [['/'], '/'],
  [[''], '/'],
  [['/a'], '/a/'],
  [['a/'], '/a/'],
  [['//a///b/'], '/a/b/'],
  [['/', ''], '/'],
  [['/a/', 'b/c'], '/a/b/c/'],
])('%j as a directory is %s', (parts, expected) => {
  expect(asDirectory(...parts)).toBe(expected);
});

describe.each(['/srv/data', '/srv/data/', '/srv//data'])('with the export %s', (path) => {
  test('a location has the path by which it is found again', () => {
    const given = spec('/', path, GIVEN);

    expect(nfsLocation(given, 'arn:agent').Subdirectory).toBe('/srv/data/');
    expect(nfsUri(given)).toBe('nfs://nfs.example/srv/data/');
    expect(nfsUri(given, 'a/b')).toBe('nfs://nfs.example/srv/data/a/b/');
    expect(normalUri(`nfs://nfs.example${path}`)).toBe(nfsUri(given));
  });
});

describe('an EFS location', () => {
  test('has the path by which it is found again', () => {
    const given = spec('/new/', '/data', GIVEN);

    expect(efsLocation(given, 'fs-1', 'a').Subdirectory).toBe('/new/a/');
    expect(efsUri(given, 'fs-1', 'a')).toBe('efs://eu-central-1.fs-1/new/a/');
  });

  test('is mounted with TLS 1.2, with or without a role or an access point', () => {
    const role = ', accessRole: "arn:aws:iam::111122223333:role/efs"';
    const point = ', accessPoint: fsap-0123456789abcdef0';

    for (const more of [GIVEN, GIVEN + role, GIVEN + point]) {
      expect(efsLocation(spec('/', '/data', more), 'fs-1').InTransitEncryption).toBe('TLS1_2');
    }
  });

  test('begins at the root of an access point that provisioning created', () => {
    const made = withAccessPoint(spec('/new', '/data', ', create: {}'), 'fsap-1');

    expect(efsLocation(made, 'fs-1')).toMatchObject({
      Subdirectory: '/',
      AccessPointArn: 'arn:aws:elasticfilesystem:eu-central-1:111122223333:access-point/fsap-1',
    });
  });

  test('begins at the directory below an access point that the spec names', () => {
    const given = spec('/new', '/data', `${GIVEN}, accessPoint: fsap-0123456789abcdef0`);

    expect(efsLocation(withAccessPoint(given, 'fsap-1'), 'fs-1')).toMatchObject({
      Subdirectory: '/new/',
      AccessPointArn: expect.stringMatching(/fsap-0123456789abcdef0$/),
    });
  });
});
