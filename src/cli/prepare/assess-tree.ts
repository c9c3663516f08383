/** Scans the source, and shows what an assessment makes of it. */
import { statfsSync } from 'node:fs';
import { preflight } from '../../engines/posix/preflight.ts';
import { renderAssessment } from '../../terminal/texts/assess.ts';
import { assess, type PlaceCheck, type Room } from '../../policy/assess/assess.ts';
import type { MigrationSpec } from '../../spec/schema.ts';
import { toAssessedSpec } from '../../spec/settings.ts';
import { assessSource, type Assessed } from './assess-source.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** What this host sees of the two places; nothing where they are not mounted here. */
function seenPlaces(spec: MigrationSpec): { room?: Room; checks?: readonly PlaceCheck[] } {
  if (spec.engine !== 'posix' || spec.destination.path === undefined) return {};
  const checks = preflight(spec);
  try {
    const { bavail, bsize, ffree } = statfsSync(spec.destination.path);
    return { checks, room: { bytes: bavail * bsize, entries: ffree } };
  } catch {
    return { checks };
  }
}

export async function assessTree(terminal: Terminal, spec: MigrationSpec): Promise<Assessed> {
  const assessed = await assessSource(terminal, spec, { reuse: false });
  const { tree, earlier, plan } = assessed;
  const assessment = assess({
    spec: toAssessedSpec(spec),
    tree,
    plan,
    ...(earlier === undefined ? {} : { earlier }),
    ...seenPlaces(spec),
  });
  if (terminal.json) terminal.record('assessment', assessment);
  else terminal.print(renderAssessment(assessment));
  return assessed;
}
