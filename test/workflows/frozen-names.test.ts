/**
 * Names that running migrations, operators' scripts and saved searches depend on. frozen-names.json lists
 * the released names: lines may be added, never changed or removed.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createActivities } from '../../src/activities/index.ts';
import { PHASES } from '../../src/policy/rounds/phase.ts';
import {
  CHUNK_STATES,
  chunkId,
  controlQueue,
  migrationId,
  roundId,
  SEARCH_ATTRIBUTES,
  stepQueue,
  WORKFLOW_QUEUE,
} from '../../src/protocol/names.ts';
import { PROVISION_QUEUE, provisionId } from '../../src/protocol/provision.ts';
import * as workflows from '../../src/workflows/index.ts';
import { openFlows, type Flows } from '../support/servers/workflow-bench.ts';

const frozen = JSON.parse(
  readFileSync(new URL('frozen-names.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

interface Handler {
  readonly name?: string;
  readonly description?: string;
}
interface Metadata {
  readonly definition: Readonly<
    Record<'signalDefinitions' | 'updateDefinitions' | 'queryDefinitions', readonly Handler[]>
  >;
}

let flows: Flows;
const handlers: Record<string, Metadata['definition']> = {};

beforeAll(async () => {
  flows = await openFlows();
  const run = await flows.start('names', { chunks: ['0000'], held: new Set(['0000']) });
  await run.until('its chunk runs', () => run.stage.steps.length > 1);
  const ids = { migration: run.id, round: roundId('names', 1), chunk: chunkId('names', '0000') };
  for (const [type, id] of Object.entries(ids)) {
    const handle = flows.client.workflow.getHandle(id);
    handlers[type] = (await handle.query<Metadata>('__temporal_workflow_metadata')).definition;
  }
});
afterAll(() => flows.close());

/** Leaves out the SDK's own names, which begin with two underscores. */
const names = (list: readonly Handler[]): string[] =>
  list
    .map(({ name }) => name ?? '')
    .filter((name) => name !== '' && !name.startsWith('__'))
    .sort();

describe('the frozen names include', () => {
  test('workflow types', () => {
    expect(Object.keys(workflows).sort()).toEqual(frozen['workflowTypes']);
  });

  test('activity types, by queue', () => {
    const { steps, control, provision } = createActivities({} as never);
    expect({
      steps: Object.keys(steps).sort(),
      control: Object.keys(control).sort(),
      provision: Object.keys(provision),
    }).toEqual(frozen['activityTypes']);
  });

  test.each(['migration', 'round', 'chunk'])('signals, updates and queries of a %s', (type) => {
    const { signalDefinitions, updateDefinitions, queryDefinitions } = handlers[type]!;
    expect({
      signals: names(signalDefinitions),
      updates: names(updateDefinitions),
      queries: names(queryDefinitions),
    }).toEqual((frozen['messages'] as Record<string, unknown>)[type]);
  });

  test('queues and ids', () => {
    expect({
      workflows: WORKFLOW_QUEUE,
      steps: stepQueue('NAME'),
      control: controlQueue('NAME'),
      provision: PROVISION_QUEUE,
    }).toEqual(frozen['queues']);
    expect({
      migration: migrationId('NAME'),
      round: roundId('NAME', 7),
      chunk: chunkId('NAME', '0042'),
      provision: provisionId('NAME'),
    }).toEqual(frozen['workflowIds']);
  });

  test('search attributes and the words in them', () => {
    expect(SEARCH_ATTRIBUTES).toEqual(frozen['searchAttributes']);
    expect({ MigrationPhase: PHASES, ChunkState: CHUNK_STATES }).toEqual(
      frozen['searchAttributeValues'],
    );
  });
});

test('the Temporal UI describes every message and query', () => {
  for (const { signalDefinitions, updateDefinitions, queryDefinitions } of Object.values(handlers))
    for (const { name = '', description = '' } of [
      ...signalDefinitions,
      ...updateDefinitions,
      ...queryDefinitions,
    ])
      expect([name, description.length > 5]).toEqual([name, true]);
});
