/** Scans the source, and shows what an assessment makes of it. */
import { renderAssessment } from '../policy/assess-text.ts';
import { assess } from '../policy/assess.ts';
import type { MigrationSpec } from '../spec/schema.ts';
import { toAssessedSpec } from '../spec/settings.ts';
import { assessSource, type Assessed } from './assess-source.ts';
import type { Terminal } from './terminal.ts';

export async function assessTree(terminal: Terminal, spec: MigrationSpec): Promise<Assessed> {
  const assessed = await assessSource(terminal, spec, { reuse: false });
  const { tree, earlier, plan } = assessed;
  const assessment = assess({
    spec: toAssessedSpec(spec),
    tree,
    plan,
    ...(earlier === undefined ? {} : { earlier }),
  });
  if (terminal.json) terminal.record('assessment', assessment);
  else terminal.print(renderAssessment(assessment));
  return assessed;
}
