/** `longhaul demo`: a small migration over a bad link, from the assessment to the proofs, on this machine. */
import type { playDemo as Story } from '../../demo/story.ts';
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import { jsonOption, type JsonOption } from '../command/options.ts';
import { untilAborted } from '../command/until-aborted.ts';

interface Options extends JsonOption {
  readonly entries?: number;
  /** False after --no-link: commander names a negated option without its "no". */
  readonly link?: boolean;
  readonly keep?: boolean;
  readonly engine?: string;
}

/** A smaller tree is copied before anything can go wrong. */
const MIN_ENTRIES = 500;
const MAX_ENTRIES = 1_000_000;

export const demoCommand = define<[], Options>({
  name: 'demo',
  summary: 'Run a small migration over a bad link on this machine',
  details:
    'Creates a tree that a process keeps changing, a slow and unreliable link to it, a Temporal server and a worker of its own, and runs a migration with them: the link is cut, the worker is killed, a chunk is blocked and repaired, the cutover is approved and done. Then rsync, mtree and the ledger show whether anything was lost. With --engine datasync the tree moves from an NFS server to Amazon EFS: agents and AWS are a sandbox on this machine, in which an agent goes offline, a response is lost, and an execution hangs. The demo touches nothing else and removes everything at its end. Its folder is in memory (/dev/shm) where there is room, unless TMPDIR is set.',
  options: [
    {
      flags: '--entries <number>',
      description: 'size of the tree (default: 20000)',
      parse: entriesOf,
    },
    { flags: '--no-link', description: 'use local directories instead of a link that is cut' },
    { flags: '--keep', description: 'keep everything running at the end, until Ctrl-C' },
    {
      flags: '--engine <engine>',
      description: 'the engine that moves the bytes (default: posix)',
      choices: ['posix', 'datasync'],
    },
    jsonOption,
  ],
  examples: [
    ['longhaul demo', 'all of it, in under three minutes'],
    ['longhaul demo --keep', 'keep it running, to explore it afterwards'],
    ['longhaul demo --entries 2000', 'a smaller tree, in less time'],
    ['longhaul demo --engine datasync', 'the same by AWS DataSync to EFS, in a sandbox'],
    ['longhaul demo --no-link', 'on a host without sshfs or FUSE'],
    ['longhaul demo --json', 'one record per sentence'],
  ],
  exits: [0, 1, 2, 5, 130],
  run: async (
    terminal,
    _args,
    { entries = 20_000, link = true, keep = false, engine = 'posix' },
  ) => {
    const { openNarrator } = await import('../../demo/narrator.ts');
    const play = await storyOf(engine);
    const { conclude } = await import('../../demo/epilogue.ts');
    const { Cleanup } = await import('../../demo/cleanup.ts');
    const cleanup = new Cleanup();
    try {
      const narrator = openNarrator(terminal);
      const { result, stage } = await play(narrator, { entries, link }, cleanup);
      conclude(narrator, result, stage, keep);
      if (keep) await untilAborted(terminal.signal);
      return result.proofs.every(({ ok }) => ok) ? 0 : 1;
    } finally {
      await cleanup.run();
    }
  },
});

async function storyOf(engine: string): Promise<typeof Story> {
  if (engine === 'datasync') return (await import('../../demo/cloud-story.ts')).playCloudDemo;
  return (await import('../../demo/story.ts')).playDemo;
}

function entriesOf(text: string): number {
  const entries = Number(text);
  if (Number.isInteger(entries) && entries >= MIN_ENTRIES && entries <= MAX_ENTRIES) return entries;
  throw usage(`--entries: expected ${MIN_ENTRIES} to ${MAX_ENTRIES}, got "${text}"`);
}
