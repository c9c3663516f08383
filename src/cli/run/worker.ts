/** `longhaul worker`: runs the work of the migrations whose trees are mounted on this host. */
import { usage } from '../command/exit.ts';
import { define } from '../command/command.ts';
import { jsonOption, type JsonOption } from '../command/options.ts';

interface WorkerOptions extends JsonOption {
  readonly state?: string;
}

export const workerCommand = define<[], WorkerOptions>({
  name: 'worker',
  summary: 'Run the work of migrations whose trees are mounted on this host',
  details:
    'Serves only migrations whose state directory, source and destination are mounted here and are the recorded ones, and prints which migrations it does not serve and why. Run one on each host that should copy. Ctrl-C stops it at a safe point; kill -9 loses nothing.',
  options: [
    {
      flags: '--state <directory>',
      description: 'state directory (default: $LONGHAUL_STATE, else the one `start` recorded)',
    },
    jsonOption,
  ],
  examples: [
    ['longhaul worker --state /var/lib/longhaul', 'serve all migrations of this state directory'],
    ['TEMPORAL_ADDRESS=temporal:7233 longhaul worker --state /mnt/state', 'on another host'],
  ],
  exits: [0, 2, 5, 130],
  async run(terminal, _args, { state }) {
    const { readConfig } = await import('../../config.ts');
    const { createLog } = await import('../../log.ts');
    const { findServer } = await import('../../client/address.ts');
    const { runWorker } = await import('../../workers/main.ts');
    const { installRuntime } = await import('../../workers/runtime.ts');
    const { logLevel } = readConfig(process.env);
    const stateDirectory = await stateDirectoryOf(state);
    installRuntime(createLog({ level: logLevel, env: process.env }));
    await runWorker({
      stateDirectory,
      server: () => findServer(stateDirectory),
      signal: terminal.signal,
      onMessage: (message) => {
        if (terminal.json)
          terminal.record(`worker ${message.type}`, {
            text: message.text,
            migration: message.migration,
          });
        else terminal.say(message.text);
      },
    });
    return terminal.signal.aborted ? 130 : 0;
  },
});

/** Returns --state, $LONGHAUL_STATE, or the only known state directory. Throws USAGE. */
async function stateDirectoryOf(state: string | undefined): Promise<string> {
  const { findStateDirectory, knownStateDirectories } = await import('../../client/pointer.ts');
  const named = findStateDirectory({ state });
  if (named !== undefined) return named;
  const known = knownStateDirectories();
  const [only] = known;
  if (only !== undefined && known.length === 1) return only;
  const choice = known.length > 1 ? `; known are ${known.join(', ')}` : '';
  throw usage(
    `No state directory was given${choice}`,
    'Pass --state with the stateDirectory of the spec, or set LONGHAUL_STATE.',
  );
}
