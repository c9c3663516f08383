/** `longhaul iam-policy`: what may be done, by whom, for one migration. */
import type { IamPhase } from '../../policy/iam/phases.ts';
import type { RoleDocument } from '../../policy/iam/roles.ts';
import type { DataSyncSpec } from '../../spec/kinds.ts';
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import { jsonOption, type JsonOption } from '../command/options.ts';
import { columns } from '../../terminal/help-columns.ts';
import { specArgument } from './check.ts';

interface Options extends JsonOption {
  readonly phase?: string;
}

export const iamPolicyCommand = define<[spec: string], Options>({
  name: 'iam-policy',
  summary: 'Print the least-privilege IAM policies of a migration by DataSync',
  details:
    "One policy for each phase, for the identity that runs longhaul: assess, destination, agents, locations, tasks, run, prune, teardown. And those of others: datasync-trust, reports, manifests, s3-locations, file-system, log-group, key. Each names this migration's own things. Touches nothing.",
  args: [specArgument],
  options: [
    { flags: '--phase <name>', description: 'this one alone, as a document for AWS to take' },
    jsonOption,
  ],
  examples: [
    ['longhaul iam-policy acme.yaml', 'all of them, as one JSON object by name'],
    ['longhaul iam-policy acme.yaml --phase run > run.json', 'for aws iam create-policy'],
    ['longhaul iam-policy acme.yaml --phase datasync-trust', 'for the roles that DataSync takes'],
  ],
  exits: [0, 2],
  run: async (terminal, [file], { phase }) => {
    const { loadSpec } = await import('../../spec/load.ts');
    const { dataSyncSpec } = await import('../../spec/kinds.ts');
    const all = await documentsOf(dataSyncSpec(loadSpec(file)));
    const chosen = phase === undefined ? all : all.filter(({ name }) => name === phase);
    if (chosen.length === 0) {
      const names = all.map(({ name }) => name).join(', ');
      throw usage(`There is no policy "${phase}" for ${file}`, `There are ${names}.`);
    }
    if (terminal.json) for (const each of chosen) terminal.record('iam policy', each);
    else {
      const documents = Object.fromEntries(chosen.map(({ name, document }) => [name, document]));
      const [only] = chosen;
      terminal.print(JSON.stringify(phase === undefined ? documents : only?.document, null, 2));
      terminal.say(
        columns(chosen.map(({ name, title, attachTo }) => [name, `${title}; for ${attachTo}`])),
      );
    }
    return 0;
  },
});

async function documentsOf(spec: DataSyncSpec): Promise<readonly RoleDocument[]> {
  const { IAM_PHASES } = await import('../../policy/iam/phases.ts');
  const { roleDocuments } = await import('../../policy/iam/roles.ts');
  const { toIamFacts } = await import('../../aws/iam-facts.ts');
  const facts = toIamFacts(spec);
  const phases = (Object.keys(IAM_PHASES) as IamPhase[]).map((name) => ({
    name,
    attachTo: 'the identity that runs longhaul',
    title: IAM_PHASES[name].title,
    document: IAM_PHASES[name].build(facts),
  }));
  return [...phases, ...roleDocuments(facts)];
}
