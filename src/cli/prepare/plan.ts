/** `longhaul plan`: prints the chunks, and the reason for their size. */
import { define } from '../command/command.ts';
import { jsonOption, specArgument, type JsonOption } from '../command/options.ts';

export const planCommand = define<[spec: string], JsonOption & { readonly scan?: boolean }>({
  name: 'plan',
  summary: 'Print the chunks that a migration would be split into',
  details:
    'Uses the last assessment, or scans the source when there is none. Prints each chunk with its roots, entries, bytes and estimated time. Chunks of an earlier plan keep their ids.',
  args: [specArgument],
  options: [
    { flags: '--scan', description: 'scan again even if there is an assessment' },
    jsonOption,
  ],
  examples: [
    ['longhaul plan acme.yaml', 'from the last assessment'],
    ['longhaul plan acme.yaml --scan', 'from the tree as it is now'],
    ['longhaul plan acme.yaml --json', 'the plan as versioned JSON'],
  ],
  exits: [0, 2, 3, 4, 5, 130],
  run: async (terminal, [file], { scan }) => {
    const { loadSpec } = await import('../../spec/load.ts');
    const { planToJson } = await import('../../policy/chunks/json.ts');
    const { renderPlan } = await import('../../terminal/texts/plan.ts');
    const { firstRoundOf } = await import('../../spec/first-round.ts');
    const { isDataSyncSpec } = await import('../../spec/kinds.ts');
    const { formatDuration } = await import('../../units.ts');
    const { assessSource, planListed } = await import('./assess-source.ts');
    const spec = loadSpec(file);
    const unseen = isDataSyncSpec(spec) && spec.source.path === undefined;
    const { plan, tree } = unseen
      ? { plan: planListed(spec) }
      : await assessSource(terminal, spec, { reuse: scan !== true });
    const round = unseen ? undefined : firstRoundOf(spec, plan);
    if (terminal.json)
      terminal.record('plan', { ...planToJson(plan), ...(round === undefined ? {} : { round }) });
    else {
      terminal.print(renderPlan(plan));
      if (round !== undefined)
        terminal.print(`
First round: about ${formatDuration(round.totalMs)}: ${round.because}.`);
      terminal.say(
        tree === undefined
          ? 'The source is not scanned, since the spec has no source.path. Mount it read-only and set source.path to plan from a scan.'
          : `From the scan of ${tree.scannedAt}.`,
      );
    }
    return 0;
  },
});
