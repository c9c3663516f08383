/** How the demo ends: its result, where to look while it is kept up, what to type next. */
import { plural, table } from '../cli/render/table.ts';
import { formatDuration } from '../units.ts';
import { migrationId } from '../workflows/api.ts';
import type { Narrator } from './narrator.ts';
import { MIGRATION } from './paper.ts';
import type { Stage } from './stage.ts';
import type { DemoResult } from './story.ts';

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
    narrator.tell('All of it is removed now. To look around in it: longhaul demo --keep');
    narrator.tell('Your own tree: longhaul init > acme.yaml, then docs/quickstart.md.');
  }
  if (narrator.terminal.json) {
    const { places, server } = stage;
    const kept = keep ? { folder: places.room, temporal: server.address, ui: server.uiUrl } : {};
    narrator.terminal.record('demo result', { ok, ...result, ...kept });
  }
}

function whereToLook(narrator: Narrator, { places, server, link }: Stage): void {
  narrator.tell('Everything stays up until Ctrl-C. In another terminal:');
  narrator.quote(`export TEMPORAL_ADDRESS=${server.address} LONGHAUL_STATE=${places.state}`);
  const rows = [
    [`longhaul ledger ${MIGRATION}`, 'all that was done and decided'],
    [`longhaul ledger ${MIGRATION} --report`, 'the report'],
    [`longhaul ledger ${MIGRATION} --entry team-3/salaries.ods`, 'the story of one file'],
    [`longhaul chunks ${MIGRATION}`, 'the chunks'],
  ] as const;
  const width = Math.max(...rows.map(([line]) => line.length));
  narrator.quote(rows.map(([line, what]) => `${line.padEnd(width)}  # ${what}`).join('\n'));
  const facts = [
    ['Temporal UI', server.uiUrl ?? 'none', `workflow ${migrationId(MIGRATION)}`],
    ['trees', places.source, places.destination],
    ...(link === undefined ? [] : [['link', link.mountPoint, '']]),
    ['logs', places.room, 'worker-1.log, worker-2.log, writer.log'],
  ];
  narrator.quote(table([{ title: 'what' }, { title: 'where' }, { title: '' }], facts));
}
