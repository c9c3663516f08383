/**
 * Run by scripts/record-histories.mjs, not with the tests: plays each scenario with the workflows of
 * a release and writes the histories down, gzipped JSON, with a manifest beside them.
 */
import { afterAll, beforeAll, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { openFlows, type Flows } from '../servers/workflow-bench.ts';
import { suggestingServer, type SuggestingServer } from '../servers/suggesting-server.ts';
import { SCENARIOS } from './scenarios.ts';

const folder = process.env['LONGHAUL_HISTORIES']!;
const recorded: { file: string; scenario: string; workflowId: string; events: number }[] = [];
let server: SuggestingServer;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  server = await suggestingServer();
}, 120_000);
afterAll(async () => {
  await server.close();
  const histories = recorded.sort((a, b) => (a.file < b.file ? -1 : 1));
  const { version, commit } = JSON.parse(process.env['LONGHAUL_RELEASE']!) as object & {
    version: string;
    commit: string;
  };
  writeFileSync(
    join(folder, 'manifest.json'),
    `${JSON.stringify({ version, commit, histories }, undefined, 2)}\n`,
  );
});

test.each(Object.entries(SCENARIOS))(
  '%s',
  async (scenario, play) => {
    const flows = await openFlows(scenario.includes('continued') ? server : undefined);
    try {
      await play({
        flows,
        start: (stage) => flows.start(scenario, stage),
        keep: (workflowId, as) => keep(flows, scenario, workflowId, as),
      });
    } finally {
      await flows.close();
    }
  },
  180_000,
);

async function keep(
  flows: Flows,
  scenario: string,
  workflowId: string,
  as?: string,
): Promise<void> {
  const runs = await runsOf(flows, workflowId);
  for (const [n, runId] of runs.entries()) {
    const part = runs.length > 1 ? `.run-${n + 1}` : '';
    const file = `${scenario}${as === undefined ? '' : `.${as}`}${part}.json.gz`;
    const history = await flows.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const events = history.events?.length ?? 0;
    writeFileSync(join(folder, file), gzipSync(withoutHost(historyToJSON(history))));
    recorded.push({ file, scenario, workflowId, events });
  }
}

/** The runs that follow each other by continue-as-new, oldest first. */
async function runsOf(flows: Flows, workflowId: string): Promise<string[]> {
  const current = await flows.client.workflow.getHandle(workflowId).fetchHistory();
  const started = current.events?.[0]?.workflowExecutionStartedEventAttributes;
  const runs: string[] = [];
  for (let next = started?.firstExecutionRunId; next;) {
    runs.push(next);
    const { events } = await flows.client.workflow.getHandle(workflowId, next).fetchHistory();
    next = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}

/** Process ids and host names are of no use. */
function withoutHost(json: string): string {
  return json
    .replaceAll(/"identity": *"[^"]*"/g, '"identity": "worker"')
    .replaceAll(/"\d+@[^"]*"/g, '"worker"');
}
