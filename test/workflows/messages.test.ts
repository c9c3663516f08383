/**
 * Sends every verb as docs/operating.md shows it, by the real programs to a real server: as an update and
 * as a signal by `temporal`, as a signal by `tctl`, and by `longhaul`. Asserts the effect.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import {
  openFlows,
  SETTINGS,
  type Flows,
  type Running,
} from '../support/servers/workflow-bench.ts';
import {
  longhaulProgram,
  tctlProgram,
  temporalProgram,
  type Program,
} from '../support/processes/operator-programs.ts';
import {
  argvFor,
  longhaulLines,
  RUNBOOK_CHUNK,
  runbookLines,
  runbookTable,
  type RunbookLine,
} from '../support/processes/runbook.ts';

type Progress = Awaited<ReturnType<Running['progress']>>;

interface Subject {
  readonly run: Running;
  readonly query: <T>(type: string) => Promise<T>;
  readonly chunk: <T>(type: string) => Promise<T>;
  readonly copies: () => number;
}

interface Row {
  readonly prepare?: (subject: Subject) => void;
  /** Waited for before the message is sent. */
  readonly when?: (progress: Progress) => boolean;
  /** Resolves when what the message is for has happened, seen from what was before. */
  readonly then: (subject: Subject, before: Before) => Promise<unknown>;
}
interface Before {
  readonly progress: Progress;
  readonly copies: number;
}

const condition = (progress: Progress, name: string): string | undefined =>
  progress.conditions.find((one) => one.name === name)?.because;
const still = ({ round, blockedCount }: Progress): boolean =>
  round === undefined && blockedCount === 1;
const until =
  (what: string, holds: (progress: Progress, before: Before) => boolean): Row['then'] =>
  ({ run }, before) =>
    run.until(what, (progress) => holds(progress, before));
const changed =
  (change: object): Row['then'] =>
  ({ run }) =>
    run.until('the controls change', () => run.stage.changes.some((one) => matches(one, change)));
const retried: Row['then'] = ({ run, copies }, before) =>
  run.until('another try', (progress) => copies() > before.copies && progress.blockedCount === 1);

function matches(value: object, wanted: object): boolean {
  try {
    expect(value).toMatchObject(wanted);
    return true;
  } catch {
    return false;
  }
}

/** Sent in this order to one migration that has a blocked chunk. */
const MIGRATION: Readonly<Record<string, Row>> = {
  pause: {
    when: still,
    then: until('a pause', (p) => condition(p, 'paused')?.startsWith('backup window') === true),
  },
  resume: { then: until('no pause', (p) => condition(p, 'paused') === undefined) },
  setBandwidth: { then: changed({ type: 'bandwidth', bandwidth: '20 Mbit/s' }) },
  setInterval: {
    then: async ({ run, query }) => {
      await run.until('the interval', ({ intervalMs }) => intervalMs === 7_200_000);
      expect(await query('spec')).toMatchObject({ intervalFloorMs: 900_000 });
    },
  },
  addExclusions: { then: changed({ type: 'add exclusions', patterns: ['*.tmp'] }) },
  removeExclusions: { then: changed({ type: 'remove exclusions', patterns: ['*.tmp'] }) },
  acceptException: {
    when: still,
    then: async (subject, before) => {
      const exception = { path: 'run/app.sock', reason: 'recreated at start' };
      await changed({ type: 'accept exception', exception })(subject, before);
      await retried(subject, before);
    },
  },
  retryBlocked: { when: still, then: retried },
  allowDeletes: {
    when: still,
    then: async (subject, before) => {
      const allowed = { count: 500, reason: 'the archive was cleared' };
      await changed({ type: 'allow deletes', chunks: [RUNBOOK_CHUNK], allowed })(subject, before);
      await retried(subject, before);
    },
  },
  runRoundNow: {
    when: still,
    then: until('a round', (p, b) => p.rounds.length > b.progress.rounds.length),
  },
  rehearse: {
    when: still,
    then: until('a rehearsal', (p) => p.rounds.at(-1)?.round.kind === 'rehearsal'),
  },
  approveCutover: { when: still, then: until('an approval', (p) => p.approvedBy === 'ops') },
  postponeCutover: {
    then: until('a postponement', (p) => {
      return p.approvedBy === undefined && condition(p, 'postponed') !== undefined;
    }),
  },
  skipChunk: {
    when: still,
    then: until('nothing blocked', ({ blockedCount }) => blockedCount === 0),
  },
  startCutover: {
    prepare: ({ run }) => run.stage.broken.clear(),
    when: ({ phase }) => phase === 'ready to cut over',
    then: async (subject, before) => {
      await until('the end', ({ phase }) => phase === 'done')(subject, before);
      expect(subject.run.stage.hooks).toEqual(['freeze', 'switch']);
    },
  },
};

const CHUNK: Readonly<Record<string, Row>> = {
  pause: {
    when: still,
    then: ({ chunk }) => eventually(async () => (await chunk<Paused>('progress')).paused),
  },
  resume: {
    then: ({ chunk }) => eventually(async () => !(await chunk<Paused>('progress')).paused),
  },
  retry: { when: still, then: retried },
  skip: {
    when: still,
    then: until('nothing blocked', ({ blockedCount }) => blockedCount === 0),
  },
};
interface Paused {
  readonly paused: boolean;
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100 && !(await holds()); tries++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await holds()).toBe(true);
}

let flows: Flows;
const programs = new Map<string, Program>();
const tctlMissing: string | undefined = await (async () => {
  flows = await openFlows();
  programs.set('temporal', await temporalProgram(flows.env));
  programs.set('longhaul', longhaulProgram(flows.env));
  return tctlProgram(flows.env).then(
    (program) => void programs.set('tctl', program),
    (error: Error) => error.message,
  );
})();
if (tctlMissing !== undefined)
  process.stderr.write(`Tests with tctl are skipped: ${tctlMissing}\n`);
afterAll(() => flows.close());

/** Starts a migration whose chunk 0042 is blocked and whose next round is an hour away. */
async function blockedMigration(name: string): Promise<Subject> {
  const run = await flows.start(name, {
    chunks: ['0000', RUNBOOK_CHUNK],
    broken: new Map([[RUNBOOK_CHUNK, 'PERMISSION_DENIED']]),
    settings: { ...SETTINGS, intervalStartMs: 3_600_000, intervalFloorMs: 3_600_000 },
  });
  const { workflow } = flows.client;
  const chunk = `migration/${name}/chunk/${RUNBOOK_CHUNK}`;
  return {
    run,
    query: (type) => workflow.getHandle(run.id).query(type),
    chunk: (type) => workflow.getHandle(chunk).query(type),
    copies: () =>
      run.stage.steps.filter((step) => step.chunk === RUNBOOK_CHUNK && step.step === 'copy').length,
  };
}

const asSignal = (line: RunbookLine): RunbookLine => ({
  ...line,
  argv: line.argv.flatMap((word) =>
    word === 'update' ? ['signal'] : word === 'execute' ? [] : [word],
  ),
});

const updates = runbookLines('temporal workflow update execute');
const ways: [way: string, program: string, lines: RunbookLine[]][] = [
  ['temporal workflow update execute', 'temporal', updates],
  ['temporal workflow signal', 'temporal', updates.map(asSignal)],
  ['tctl workflow signal', 'tctl', runbookLines('tctl workflow signal')],
  ['longhaul', 'longhaul', longhaulLines()],
];

async function send(subject: Subject, program: string, line: RunbookLine, row: Row): Promise<void> {
  const { run } = subject;
  row.prepare?.(subject);
  if (row.when) await run.until(`what ${line.verb} needs`, row.when);
  const before = { progress: await run.progress(), copies: subject.copies() };
  const sent = programs.get(program)!.run(...argvFor(line, run.id.replace('migration/', '')));
  await sent;
  await row.then(subject, before);
}

describe.each(ways)('%s', (way, program, lines) => {
  const it = program === 'tctl' && tctlMissing !== undefined ? test.skip : test;
  const start = way.replaceAll(' ', '-');
  const find = (to: 'migration' | 'chunk', verb: string): RunbookLine | undefined =>
    lines.find((one) => one.to === to && one.verb === verb);
  const line = (to: 'migration' | 'chunk', verb: string): RunbookLine => find(to, verb)!;
  let subject: Subject;

  describe('to a migration', () => {
    beforeAll(async () => {
      subject = await blockedMigration(start);
    });
    const rows = Object.entries(MIGRATION).filter(([verb]) => find('migration', verb));
    it.each(rows)('%s', async (verb, row) => {
      await send(subject, program, line('migration', verb), row);

      await subject.run.until('the ledger has it', () =>
        subject.run.stage.notes.some(
          ({ kind, data }) => kind === 'decision' && data['message'] === verb,
        ),
      );
    });
    it('abort', async () => {
      const other = await blockedMigration(`${start}-2`);
      await send(other, program, line('migration', 'abort'), {
        when: still,
        then: until('the end', ({ phase }) => phase === 'aborted'),
      });
      expect(await other.run.result()).toMatchObject({ because: /the old side stays/ });
    });
  });

  // `longhaul` sends messages to migrations only.
  if (find('chunk', 'pause'))
    describe('to a chunk', () => {
      beforeAll(async () => {
        subject = await blockedMigration(`${start}-3`);
      });
      it.each(Object.entries(CHUNK))('%s', async (verb, row) => {
        await send(subject, program, line('chunk', verb), row);
      });
    });
});

/** Frozen names of messages that never apply; no page mentions them. */
const RESERVED = ['commit', 'rollBack'];
/** Messages without a command of `longhaul`. */
const WITHOUT_COMMAND = ['rehearse'];

describe.each(RESERVED)('the reserved message %s', (verb) => {
  const because = 'applies only while a migration soaks';

  test('is refused as an update and noted as a signal', async () => {
    const { run } = await blockedMigration(`reserved-${verb.toLowerCase()}`);
    await run.until('it rests', still);

    await expect(run.say(verb)).rejects.toMatchObject({ cause: { message: because } });
    await flows.client.workflow.getHandle(run.id).signal(verb);

    const { phase } = await run.until('it is noted', ({ rejectedMessages: [last] }) => {
      return last?.name === verb && last.because === because;
    });
    expect(phase).toBe('catching up');
    expect(run.stage.notes.map(({ kind }) => kind)).not.toContain('decision');
  });
});

const frozen = JSON.parse(readFileSync(new URL('frozen-names.json', import.meta.url), 'utf8')) as {
  readonly messages: Readonly<Record<string, { readonly updates: readonly string[] }>>;
};
const verbsOf = (workflow: string): readonly string[] => frozen.messages[workflow]!.updates;

describe('the runbook and the program', () => {
  const migration = [...Object.keys(MIGRATION), 'abort'].sort();

  test('have the same verbs, all of them tested', () => {
    expect([...migration, ...RESERVED].sort()).toEqual(verbsOf('migration'));
    expect(Object.keys(CHUNK).sort()).toEqual(verbsOf('chunk'));
    expect(
      runbookTable()
        .map(({ message }) => message)
        .sort(),
    ).toEqual(migration);
  });

  test.each(ways)('%s shows each of them', (_, program, lines) => {
    const isOurs = program === 'longhaul';
    const shown = (to: string): string[] =>
      lines.filter((line) => line.to === to).map(({ verb }) => verb);
    const missing = isOurs ? WITHOUT_COMMAND : [];
    expect([...shown('migration'), ...missing].sort()).toEqual(migration);
    expect(shown('chunk').sort()).toEqual(isOurs ? [] : verbsOf('chunk'));
  });
});
