/** Lanes that go offline independently: chunks bound to one wait, all others continue. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { throughBreaker } from '../../../src/activities/link/through-breaker.ts';
import { Link, type LinkDeps } from '../../../src/activities/link/link.ts';
import { LonghaulError } from '../../../src/errors/failure.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openStateDirectory } from '../../../src/state/state-directory.ts';
import type { LinkReport } from '../../../src/protocol/reports.ts';
import { until } from '../../support/processes/processes.ts';

const NAMES = ['agent 1 (a)', 'agent 2 (b)'];
let folder: string;
let away: Set<string>;
let reports: LinkReport[];
let probing: { readonly lane: string | undefined; readonly together: number }[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanes-'));
  away = new Set();
  reports = [];
  probing = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const offline = (lane: string) => new LonghaulError('AGENT_OFFLINE', 'silent', { lanes: [lane] });

function deps(bound: boolean): LinkDeps {
  const under = new Map<string | undefined, number>();
  return {
    store: openStateDirectory(folder, { create: true }).migration('acme'),
    settings: { failuresToOpen: 3, probeIntervalMs: 5, probeIntervalMaxMs: 20 },
    now: Date.now,
    lanes: () => ({ names: NAMES, bound, of: () => NAMES }),
    probe: async (lane) => {
      const together = (under.get(lane) ?? 0) + 1;
      under.set(lane, together);
      probing.push({ lane, together });
      await new Promise((resolve) => setTimeout(resolve, 2));
      under.set(lane, together - 1);
      if (lane !== undefined && away.has(lane)) throw offline(lane);
    },
    report: (report) => Promise.resolve(void reports.push(report)),
  };
}

const tries = (lanes: readonly string[], parked: string[] = []) => ({
  signal: new AbortController().signal,
  lanes: () => lanes,
  done: () => 0,
  onParked: (because: string) => void parked.push(because),
  onGo: () => undefined,
});
const over = (lane: string) => () =>
  away.has(lane) ? Promise.reject(offline(lane)) : Promise.resolve(`done over ${lane}`);
const outages = (given: LinkDeps) =>
  [...openLedger(given.store.ledgerPath).lines()].filter(({ kind }) => kind === 'outage');

test('chunks bound to an offline lane are parked with the reason; those of other lanes continue', async () => {
  const [first, second] = NAMES as [string, string];
  away.add(second);
  const given = deps(true);
  const link = new Link(given);
  const parked: string[] = [];
  const waiting = [1, 2, 3].map(() => throughBreaker(link, over(second), tries([second], parked)));
  await until('the chunks are parked', () => parked.some((text) => text.includes('offline')));

  const others = [1, 2, 3].map(() => throughBreaker(link, over(first), tries([first])));
  expect(await Promise.all(others)).toEqual(Array(3).fill(`done over ${first}`));
  await until(
    'it was probed again',
    () => probing.filter(({ lane }) => lane === second).length > 3,
  );
  away.clear();

  expect(await Promise.all(waiting)).toEqual(Array(3).fill(`done over ${second}`));
  expect(parked.join('\n')).toMatch(/^agent 2 \(b\): offline for /m);
  expect(Math.max(...probing.map(({ together }) => together))).toBe(1);
  expect(outages(given)).toMatchObject([{ lane: second, because: 'silent' }]);
  const told = reports.map(({ state, lanes }) => [state, ...lanes!.map((lane) => lane.waits)]);
  expect(told).toEqual([
    ['closed', false, true],
    ['closed', false, false],
  ]);
});

test('work that can use any lane continues at once, and the end of the outage is detected', async () => {
  const [first, second] = NAMES as [string, string];
  away.add(first);
  const given = deps(false);
  const link = new Link(given);
  let end: (() => void) | undefined;
  const work = (): Promise<string> => {
    if (away.has(first) && end === undefined) {
      end = () => undefined;
      return Promise.reject(offline(first));
    }
    return new Promise((resolve) => (end = () => resolve('done')));
  };
  const parked: string[] = [];
  const run = throughBreaker(link, work, tries([first, second], parked));
  await until('the outage is reported', () => reports.length === 1);
  expect(parked).toEqual([]);

  away.clear();
  await until('the lane is online again', () => reports.length === 2);
  end!();

  expect(await run).toBe('done');
  expect(reports.map(({ lanes }) => lanes!.map((lane) => lane.state))).toEqual([
    ['open', 'closed'],
    ['closed', 'closed'],
  ]);
  expect(outages(given)).toMatchObject([{ lane: first }]);
});

test('a lane that goes offline while no step needs it is reported as well', async () => {
  const [first, second] = NAMES as [string, string];
  const given = deps(false);
  const link = new Link(given);
  let end!: () => void;
  const run = throughBreaker(
    link,
    () => new Promise<void>((resolve) => (end = resolve)),
    tries([first, second]),
  );
  away.add(second);

  await until('the outage is reported', () => reports.length === 1);

  expect(reports[0]!.lanes!.map((lane) => lane.state)).toEqual(['closed', 'open']);
  end();
  await run;
});

test('all steps are parked while every lane is offline', async () => {
  for (const name of NAMES) away.add(name);
  const given = deps(false);
  const link = new Link(given);
  const parked: string[] = [];
  let tried = 0;
  const work = (): Promise<string> => {
    tried++;
    return away.size > 0
      ? Promise.reject(new LonghaulError('AGENT_OFFLINE', 'all silent', { lanes: NAMES }))
      : Promise.resolve('done');
  };
  const run = throughBreaker(link, work, tries(NAMES, parked));
  await until('it is parked', () => parked.length > 3);
  const triedBefore = tried;
  await until('it has waited on', () => parked.length > 6);
  expect(tried).toBe(triedBefore);
  away.clear();

  expect(await run).toBe('done');
});
