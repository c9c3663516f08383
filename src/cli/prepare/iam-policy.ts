/** `longhaul iam-policy`: prints the IAM policies that one migration needs. */
import type { IamPhase } from '../../policy/iam/phases.ts';
import type { RoleDocument } from '../../policy/iam/roles.ts';
import type { DataSyncSpec } from '../../spec/kinds.ts';
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import { jsonOption, specArgument, type JsonOption } from '../command/options.ts';
import { definitionList } from '../../terminal/columns.ts';

interface Options extends JsonOption {
  readonly phase?: string;
}

export const iamPolicyCommand = define<[spec: string], Options>({
  name: 'iam-policy',
  summary: 'Print the least-privilege IAM policies of a migration by DataSync',
  details:
    "Prints one policy per phase for the identity that runs longhaul: assess, destination, agents, locations, tasks, run, prune, teardown. And the policies of other identities and resources: datasync-trust, reports, manifests, s3-locations, file-system, log-group, key. Each is limited to this migration's resources. Contacts neither a server nor AWS.",
  args: [specArgument],
  options: [
    { flags: '--phase <name>', description: 'print only this policy, as a document for AWS' },
    jsonOption,
  ],
  examples: [
    ['longhaul iam-policy acme.yaml', 'all policies, as one JSON object by name'],
    [
      'longhaul iam-policy acme.yaml --phase run > run.json',
      'one policy, for aws iam create-policy',
    ],
    ['longhaul iam-policy acme.yaml --phase datasync-trust', 'the trust policy of DataSync roles'],
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
        definitionList(
          chosen.map(({ name, title, attachTo }) => [name, `${title}; for ${attachTo}`]),
        ),
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
