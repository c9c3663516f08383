/** Invalid messages are recorded and shown, and no workflow task fails because of them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Payload } from '@temporalio/common';
import {
  openFlows,
  SETTINGS,
  type Flows,
  type Running,
} from '../support/servers/workflow-bench.ts';
import { temporalProgram, type Program } from '../support/processes/operator-programs.ts';

let flows: Flows;
let run: Running;
let program: Program;
const TARGETS = {
  migration: 'migration/garbage',
  round: 'migration/garbage/round/1',
  chunk: 'migration/garbage/chunk/0000',
} as const;
type Target = keyof typeof TARGETS;
const targets = Object.keys(TARGETS) as Target[];

beforeAll(async () => {
  flows = await openFlows();
  program = await temporalProgram(flows.env);
  run = await flows.start('garbage', {
    held: new Set(['0000']),
    settings: { ...SETTINGS, heartbeatTimeoutMs: 60_000 },
  });
  await run.until('its first chunk runs', () =>
    run.stage.steps.some(({ step }) => step === 'copy'),
  );
});
afterAll(() => flows.close());

interface Shown {
  readonly rejectedMessages: readonly {
    readonly at: string;
    readonly name: string;
    readonly because: string;
  }[];
}

async function lastRefused(
  target: Target,
  name: string,
): Promise<Shown['rejectedMessages'][number] | undefined> {
  const handle = flows.client.workflow.getHandle(TARGETS[target]);
  const { rejectedMessages } = await handle.query<Shown>('progress');
  return rejectedMessages.find((message) => message.name === name);
}

/** Sends a signal, waits until the workflow shows it as rejected, and returns the reason. */
async function refusedAs(
  target: Target,
  name: string,
  send: () => Promise<unknown>,
): Promise<string> {
  const before = await lastRefused(target, name);
  await send();
  for (let tries = 0; tries < 100; tries++) {
    const found = await lastRefused(target, name);
    if (found && found.at !== before?.at) return found.because;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${target} does not show ${name}`);
}

async function sendRaw(target: Target, signalName: string, payloads?: Payload[]): Promise<void> {
  await flows.client.workflowService.signalWorkflowExecution({
    namespace: flows.namespace,
    workflowExecution: { workflowId: TARGETS[target] },
    signalName,
    ...(payloads ? { input: { payloads } } : {}),
  });
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const encoded = (encoding: string, data: Uint8Array): Payload => ({
  metadata: { encoding: bytes(encoding) },
  data,
});

/** Each payload is sent under the name of a verb, of an internal message, and under an unknown name. */
const PAYLOADS: Readonly<Record<string, Payload[] | undefined>> = {
  'no JSON': [encoded('json/plain', bytes('{"reason":'))],
  'no UTF-8': [encoded('json/plain', Uint8Array.of(0xff, 0xfe, 0x00))],
  'raw bytes': [encoded('binary/plain', Uint8Array.of(1, 2, 3))],
  protobuf: [encoded('json/protobuf', bytes('{}'))],
  encrypted: [encoded('binary/encrypted', bytes('sealed'))],
  'a payload without an encoding': [{ data: bytes('{}') }],
  'an empty payload': [{}],
  'a number': [encoded('json/plain', bytes('42'))],
  'a list': [encoded('json/plain', bytes('[1,2]'))],
  'a text': [encoded('json/plain', bytes('"now"'))],
  'fields of the wrong type': [
    encoded('json/plain', bytes('{"by":7,"chunk":[],"running":1,"round":"x"}')),
  ],
  'a very long reason': [
    encoded('json/plain', bytes(JSON.stringify({ reason: 'x'.repeat(100_000) }))),
  ],
  'too many arguments': [
    encoded('json/plain', bytes('42')),
    encoded('json/plain', bytes('{}')),
    encoded('strange', bytes('?')),
  ],
};

describe.each(Object.entries(PAYLOADS))('%s', (_, payloads) => {
  test.each(targets)('to a %s is refused, shown, and harmless', async (target) => {
    const verb = target === 'round' ? 'chunkBlocked' : 'pause';
    const names = target === 'migration' ? [verb, 'roundReport', 'linkReport'] : [verb];

    for (const name of [...names, 'puase']) {
      const because = await refusedAs(target, name, () => sendRaw(target, name, payloads));
      expect(because.length).toBeGreaterThan(10);
    }
    expect((await run.progress()).conditions).toEqual([]);
  });
});

describe('what `temporal` sends without complaint', () => {
  test.each([
    ['no input at all', 'setBandwidth', []],
    ['another encoding', 'resume', ['--input', 'hello', '--input-meta', 'encoding=text/plain']],
    ['an unknown field only', 'addExclusions', ['--input', '{"pattern":"*.tmp"}']],
    ['a number for a moment', 'postponeCutover', ['--input', '{"until":5}']],
  ])('%s', async (_, verb, input) => {
    const message = ['-w', run.id, '--name', verb, ...input];
    const because = await refusedAs('migration', verb, () =>
      program.run('workflow', 'signal', ...message),
    );
    expect(because).toMatch(/expected/);
    const update = program.run('workflow', 'update', 'execute', ...message);
    await expect(update).rejects.toThrow(/expected/);
  });

  test('an unknown update is rejected with a list of the known names', async () => {
    const update = ['workflow', 'update', 'execute', '-w', run.id, '--name', 'puase'];
    await expect(program.run(...update)).rejects.toThrow(/there are pause, resume/);
  });
});

test('no workflow task has failed in these tests, and the migration continues', async () => {
  for (const target of targets) {
    const history = await flows.client.workflow.getHandle(TARGETS[target]).fetchHistory();
    const failed = history.events?.filter((event) => event.workflowTaskFailedEventAttributes);
    expect(failed).toEqual([]);
    const { raw } = await flows.client.workflow.getHandle(TARGETS[target]).describe();
    expect(raw.pendingWorkflowTask?.attempt ?? 1).toBeLessThan(2);
  }
  run.stage.held.clear();
  await run.until('the round ends', ({ rounds }) => rounds.length > 0);
  expect(await run.say('abort')).toBe('aborted');
  expect(await run.result()).toMatchObject({ phase: 'aborted' });
});
