/** The end of the demo: its result, what to explore while it is kept running, and the next commands. */
import { join } from 'node:path';
import { plural, formatDuration } from '../units.ts';
import { table } from '../terminal/columns.ts';
import { migrationId } from '../protocol/names.ts';
import { BUCKET } from './cloud-paper.ts';
import type { Narrator } from './narrator.ts';
import { MIGRATION } from './paper.ts';
import type { Stage } from './stage.ts';
import type { DemoResult } from './scenes.ts';

export function conclude(
  narrator: Narrator,
  result: DemoResult,
  stage: Stage,
  keep: boolean,
): void {
  const { entries, rounds, elapsedMs, proofs } = result;
  const ok = proofs.every((proof) => proof.ok);
  narrator.scene(ok ? 'Nothing was lost' : 'SOMETHING WAS LOST, or could not be proved');
  narrator.tell(
    `${plural(entries, 'entry', 'entries')} seen in ${plural(rounds, 'round')}, in ${formatDuration(elapsedMs)} with all that happened.`,
  );
  if (keep) whereToLook(narrator, stage);
  else {
    const own = stage.cloud === undefined ? '' : ' --engine datasync';
    const page = stage.cloud === undefined ? 'docs/quickstart.md' : 'docs/datasync.md';
    narrator.tell(`All of it is removed now. To look around in it: ${demoCommand()}${own} --keep`);
    narrator.tell(`Your own tree: longhaul init${own} > acme.yaml, then ${page}.`);
  }
  if (narrator.terminal.json) {
    const { places, server } = stage;
    const kept = keep ? { folder: places.room, temporal: server.address, ui: server.uiUrl } : {};
    narrator.terminal.record('demo result', { ok, ...result, ...kept });
  }
}

/** Returns the command that started the demo; scripts/demo passes its own name. */
const demoCommand = (): string => process.env['LONGHAUL_DEMO_COMMAND'] ?? 'longhaul demo';

function whereToLook(narrator: Narrator, stage: Stage): void {
  const { places, server, link, cloud } = stage;
  narrator.tell('Everything stays up until Ctrl-C. In another terminal:');
  narrator.quote(`export TEMPORAL_ADDRESS=${server.address} LONGHAUL_STATE=${places.state}`);
  if (cloud !== undefined) narrator.quote(`. ${join(places.room, 'sandbox.env')}`);
  const rows = [
    [`longhaul ledger ${MIGRATION}`, 'all that was done and decided'],
    [`longhaul ledger ${MIGRATION} --report`, 'the report'],
    [`longhaul ledger ${MIGRATION} --entry team-3/salaries.ods`, 'the story of one file'],
    [`longhaul chunks ${MIGRATION}`, 'the chunks'],
    ...(cloud === undefined ? [] : cloudRows(stage)),
  ] as const;
  const width = Math.max(...rows.map(([line]) => line.length));
  narrator.quote(rows.map(([line, what]) => `${line.padEnd(width)}  # ${what}`).join('\n'));
  const logs = `worker-1.log, worker-2.log, writer.log${cloud === undefined ? '' : ', sandbox.log'}`;
  const facts = [
    ['Temporal UI', server.uiUrl ?? 'none', `workflow ${migrationId(MIGRATION)}`],
    ['trees', places.source, places.destination],
    ...(link === undefined ? [] : [['link', link.mountPoint, '']]),
    ['logs', places.room, logs],
  ];
  narrator.quote(table([{ title: 'what' }, { title: 'where' }, { title: '' }], facts));
}

/** The AWS CLI reads the endpoint from the environment; versions before 2.13 need --endpoint-url. */
function cloudRows({ places, cloud }: Stage): (readonly [string, string])[] {
  return [
    ['aws datasync list-task-executions', 'what ran, by AWS'],
    ['aws datasync list-tasks', 'on which tasks'],
    ['aws efs describe-file-systems', 'the file system'],
    [
      `aws --endpoint-url ${cloud?.endpoint} s3api list-objects-v2 --bucket ${BUCKET}`,
      'the reports',
    ],
    [`longhaul teardown ${places.spec}`, 'what would be removed from the account'],
  ];
}
