import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { acquireLease } from '../../src/state/lease.ts';
import { runBuilt } from '../support/processes/run-built.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lease-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a lease', () => {
  test('is lost when another worker acquires it', () => {
    const first = acquireLease(directory, 'worker 1');
    first.check();

    const second = acquireLease(directory, 'worker 2');

    second.check();
    expect(() => first.check()).toThrow(expect.objectContaining({ code: 'FENCED' }));
    expect(second.epoch).toBe(first.epoch + 1);
  });

  test('has an epoch of its own for every acquirer, also of several processes', async () => {
    const acquire = `import { acquireLease } from '#dist/state/lease.js';
      for (let i = 0; i < 5; i++) console.log(acquireLease(process.argv[1], 'w').epoch);`;

    const outputs = await Promise.all([1, 2, 3].map(() => runBuilt(acquire, [directory])));

    const epochs = outputs.flatMap((text) => text.trim().split('\n').map(Number));
    expect(epochs.sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
  });

  test('is not acquired from a damaged file: an epoch counted from 1 again would fence nobody', () => {
    const lease = acquireLease(directory, 'worker 1');

    rmSync(join(directory, 'lease.json'));
    expect(() => lease.check()).toThrow(expect.objectContaining({ code: 'FENCED' }));
    writeFileSync(join(directory, 'lease.json'), '{}');
    expect(() => acquireLease(directory, 'worker 2')).toThrow(
      expect.objectContaining({ code: 'STATE_DAMAGED' }),
    );
  });
});
