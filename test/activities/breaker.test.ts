import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { throughBreaker, TRIES_IN_PLACE, type BreakerDeps } from '../../src/activities/breaker.ts';
import { LonghaulError } from '../../src/errors.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openStateDirectory } from '../../src/ledger/state-directory.ts';
import type { LinkReport } from '../../src/workflows/api.ts';

let folder: string;
let up: boolean;
let probes: number;
let reports: LinkReport[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'breaker-'));
  up = true;
  probes = 0;
  reports = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const down = () => new LonghaulError('LINK_DOWN', 'no answer');

function deps(): BreakerDeps {
  return {
    store: openStateDirectory(folder, { create: true }).migration('acme'),
    settings: { failuresToOpen: 3, probeIntervalMs: 5, probeIntervalMaxMs: 20 },
    now: Date.now,
    probe: () => {
      probes++;
      return up ? Promise.resolve() : Promise.reject(down());
    },
    report: (report) => Promise.resolve(void reports.push(report)),
  };
}

const tries = (parked: string[] = [], signal = new AbortController().signal) => ({
  signal,
  done: () => 0,
  onParked: (because: string) => void parked.push(because),
  onGo: () => undefined,
});
const work = () => (up ? Promise.resolve('done') : Promise.reject(down()));

test('a step waits out an outage, goes on, and the outage is told and in the ledger', async () => {
  up = false;
  const given = deps();
  const parked: string[] = [];
  setTimeout(() => (up = true), 150);

  const result = await throughBreaker(given, work, tries(parked));

  expect(result).toBe('done');
  expect(parked.join()).toMatch(/the link is down .*no answer/);
  expect(reports.map(({ state }) => state)).toEqual(['open', 'closed']);
  expect([...openLedger(given.store.ledgerPath).lines()]).toMatchObject([{ kind: 'outage' }]);
});

test('other chunks of the link are parked without trying, and go on together', async () => {
  up = false;
  const given = deps();
  let tried = 0;
  const first = throughBreaker(given, work, tries());
  await new Promise((resolve) => setTimeout(resolve, 30));
  const others = [1, 2, 3].map(() => throughBreaker(given, () => (tried++, work()), tries()));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(tried).toBe(0);

  up = true;

  expect(await Promise.all([first, ...others])).toEqual(['done', 'done', 'done', 'done']);
  expect(tried).toBe(3);
});

test('a place that fails while the link answers is for a person', async () => {
  let tried = 0;
  const bad = () => (tried++, Promise.reject(new LonghaulError('IO_ERROR', 'bad sector')));

  await expect(throughBreaker(deps(), bad, tries())).rejects.toMatchObject({ code: 'STUCK' });

  expect(tried).toBe(TRIES_IN_PLACE);
  expect(probes).toBeGreaterThan(0);
});

test.each(['SOURCE_MISSING', 'FENCED', 'INTERRUPTED'] as const)(
  '%s is thrown at once',
  async (code) => {
    const failing = () => Promise.reject(new LonghaulError(code, 'no'));

    await expect(throughBreaker(deps(), failing, tries())).rejects.toMatchObject({ code });

    expect(probes).toBe(0);
  },
);

test('a step that is stopped while it is parked ends as interrupted', async () => {
  up = false;
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 60);

  const run = throughBreaker(deps(), work, tries([], stop.signal));

  await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
