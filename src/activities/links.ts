/** The links of the migrations that this worker process serves, one per migration. */
import type { MigrationRecord } from '../state/migration-record.ts';
import { Context } from '@temporalio/activity';
import { DEFAULT_FAILURES_TO_OPEN } from '../policy/link/breaker.ts';
import type { InternalMessages } from '../protocol/messages.ts';
import { migrationId } from '../protocol/names.ts';
import type { LinkReport } from '../protocol/reports.ts';
import type { ActivityDeps } from './deps.ts';
import { Link } from './link/link.ts';

export type LinkOf = (migration: MigrationRecord) => Link;

export function createLinks(deps: ActivityDeps): LinkOf {
  const links = new Map<string, Link>();
  return (migration) => {
    const { name } = migration.spec;
    const link = links.get(name) ?? openLink(deps, migration);
    links.set(name, link);
    return link;
  };
}

function openLink(deps: ActivityDeps, { spec }: MigrationRecord): Link {
  const engine = deps.engine(spec.name);
  return new Link({
    store: deps.state.migration(spec.name),
    settings: {
      failuresToOpen: DEFAULT_FAILURES_TO_OPEN,
      probeIntervalMs: spec.timing.probeInterval,
      probeIntervalMaxMs: spec.timing.probeIntervalMax,
    },
    now: deps.now,
    probe: (lane) => engine.probe(spec, lane),
    lanes: () => engine.lanes?.(),
    report: (report) => sendReport(spec.name, report),
  });
}

/** Sends with the client of the activity that runs: a link outlives its activities. */
async function sendReport(migration: string, report: LinkReport): Promise<void> {
  const name: keyof InternalMessages = 'linkReport';
  await Context.current().client.workflow.getHandle(migrationId(migration)).signal(name, report);
}
