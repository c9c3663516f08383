/** Reads the reports of ended executions into the evidence of the round, each once. */
import type { StepJob } from '../../engine.ts';
import { reportedExecutions, storeReport } from '../evidence/evidence.ts';
import { readReport } from '../evidence/report.ts';
import { endedAttemptsOf } from '../service/execution-journal.ts';
import { reportPrefix } from '../service/report-bucket.ts';
import type { EngineContext } from './context.ts';

export async function readReports({ options }: EngineContext, job: StepJob): Promise<void> {
  const { clients, spec } = options;
  const location = { bucket: spec.aws.reports.bucket, prefix: reportPrefix(spec) };
  const stored = reportedExecutions(job.store);
  for (const { end, below } of endedAttemptsOf(job.store)) {
    if (end.report !== 'SUCCESS' || stored.has(end.arn)) continue;
    job.lease.check();
    await storeReport(job.store, end.arn, readReport(clients.s3, { ...location, below }, end.arn));
  }
}
