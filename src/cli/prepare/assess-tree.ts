/** Scans the source and prints the assessment of it. */
import { statfsSync } from 'node:fs';
import type { PreflightCheck } from '../../model/preflight.ts';
import { preflight } from '../../engines/posix/preflight.ts';
import { renderAssessment } from '../../terminal/texts/assess.ts';
import { assess } from '../../policy/assess/assess.ts';
import type { FreeSpace } from '../../policy/assess/destination-limits.ts';
import type { MigrationSpec } from '../../spec/schema.ts';
import { toAssessedSpec } from '../../spec/settings.ts';
import { assessSource, type Assessed } from './assess-source.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** Checks the mounted trees and the free space at the destination. Empty when they are not mounted here. */
function mountedTrees(spec: MigrationSpec): {
  freeSpace?: FreeSpace;
  checks?: readonly PreflightCheck[];
} {
  if (spec.engine !== 'posix' || spec.destination.path === undefined) return {};
  const checks = preflight(spec);
  try {
    const { bavail, bsize, ffree } = statfsSync(spec.destination.path);
    return { checks, freeSpace: { bytes: bavail * bsize, entries: ffree } };
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
    ...mountedTrees(spec),
  });
  if (terminal.json) terminal.record('assessment', assessment);
  else terminal.print(renderAssessment(assessment));
  return assessed;
}
