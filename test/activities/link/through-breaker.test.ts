import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  throughBreaker,
  MAX_TRIES_IN_PLACE,
} from '../../../src/activities/link/through-breaker.ts';
import { Link, type LinkDeps } from '../../../src/activities/link/link.ts';
import { LonghaulError } from '../../../src/errors/failure.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openStateDirectory } from '../../../src/state/state-directory.ts';
import type { LinkReport } from '../../../src/protocol/reports.ts';
import { until } from '../../support/processes/processes.ts';

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

const NEVER = new AbortController().signal;
const down = () => new LonghaulError('LINK_DOWN', 'no answer');

function deps(): LinkDeps {
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

const tries = (onParked: (because: string) => void = () => undefined, signal = NEVER) => ({
  signal,
  done: () => 0,
  onParked,
  onGo: () => undefined,
});
const work = () => (up ? Promise.resolve('done') : Promise.reject(down()));

test('a step waits out an outage and continues; the outage is reported and recorded in the ledger', async () => {
  up = false;
  const given = deps();
  let parked = '';

  const result = await throughBreaker(
    new Link(given),
    work,
    tries((because) => {
      parked = because;
      up = true;
    }),
  );

  expect(result).toBe('done');
  expect(parked).toMatch(/the link is down .*no answer/);
  expect(reports.map(({ state }) => state)).toEqual(['open', 'closed']);
  expect([...openLedger(given.store.ledgerPath).lines()]).toMatchObject([{ kind: 'outage' }]);
});

test('other chunks of the link are parked without a try, and continue together', async () => {
  up = false;
  const link = new Link(deps());
  let tried = 0;
  const parked = new Set<number>();
  const park = (n: number) => tries(() => void parked.add(n));
  const first = throughBreaker(link, work, park(0));
  await until('the first is parked', () => parked.size === 1);
  const others = [1, 2, 3].map((n) => throughBreaker(link, () => (tried++, work()), park(n)));
  await until('all are parked', () => parked.size === 4);
  expect(tried).toBe(0);

  up = true;

  expect(await Promise.all([first, ...others])).toEqual(['done', 'done', 'done', 'done']);
  expect(tried).toBe(3);
});

test('reports arrive in order, even if one is slow', async () => {
  up = false;
  let arrive = (): void => undefined;
  const slow = new Promise<void>((resolve) => (arrive = resolve));
  const link = new Link({
    ...deps(),
    report: async (report) => {
      if (report.state === 'open') await slow;
      reports.push(report);
    },
  });
  const both = [1, 2].map(() =>
    throughBreaker(
      link,
      work,
      tries(() => void (up = true)),
    ),
  );
  await until('the link is up again', () => up && link.isClosed(undefined));
  arrive();
  await Promise.all(both);

  expect(reports.map(({ state }) => state)).toEqual(['open', 'closed']);
});

test('a place that keeps failing while the link answers needs a person', async () => {
  let tried = 0;
  const bad = () => (tried++, Promise.reject(new LonghaulError('IO_ERROR', 'bad sector')));

  await expect(throughBreaker(new Link(deps()), bad, tries())).rejects.toMatchObject({
    code: 'STUCK',
  });

  expect(tried).toBe(MAX_TRIES_IN_PLACE);
  expect(probes).toBeGreaterThan(0);
});

test.each(['SOURCE_MISSING', 'FENCED', 'INTERRUPTED'] as const)(
  '%s is thrown at once',
  async (code) => {
    const failing = () => Promise.reject(new LonghaulError(code, 'no'));

    await expect(throughBreaker(new Link(deps()), failing, tries())).rejects.toMatchObject({
      code,
    });

    expect(probes).toBe(0);
  },
);

test('a parked step that is stopped ends as INTERRUPTED', async () => {
  up = false;
  const stop = new AbortController();

  const run = throughBreaker(
    new Link(deps()),
    work,
    tries(() => stop.abort(), stop.signal),
  );

  await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
