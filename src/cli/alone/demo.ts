/** `longhaul demo`: a small migration over a bad link, from the first look to the proofs, on this machine. */
import type { playDemo as Story } from '../../demo/story.ts';
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import { jsonOption, type JsonOption } from '../command/options.ts';

interface Options extends JsonOption {
  readonly entries?: number;
  /** commander's word for --no-link. */
  readonly link?: boolean;
  readonly keep?: boolean;
  readonly engine?: string;
}

/** Fewer are moved before anything can happen to them; more belong to a real migration. */
const LEAST_ENTRIES = 500;
const MOST_ENTRIES = 1_000_000;

export const demoCommand = define<[], Options>({
  name: 'demo',
  summary: 'Run a small migration in which much goes wrong, on this machine',
  details:
    'Makes a tree that a process keeps changing, a link to it that is slow and drops, a Temporal server and a worker of its own, and plays a migration with them: the link is cut, the worker is killed, a chunk is blocked and repaired, the cutover is approved and done. Then rsync, mtree and the ledger say whether anything was lost. With --engine datasync the tree goes from an NFS server to Amazon EFS: agents and AWS are a sandbox on this machine, in which an agent goes away, an answer is lost, and an execution hangs. It touches nothing else, and leaves nothing behind. Its folder is in memory (/dev/shm) where that has room, unless TMPDIR names a place.',
  options: [
    {
      flags: '--entries <number>',
      description: 'size of the tree (default: 20000)',
      parse: entriesOf,
    },
    { flags: '--no-link', description: 'with local directories, without a link that is cut' },
    { flags: '--keep', description: 'leave everything up at the end, until Ctrl-C' },
    {
      flags: '--engine <engine>',
      description: 'what moves the bytes (default: posix)',
      choices: ['posix', 'datasync'],
    },
    jsonOption,
  ],
  examples: [
    ['longhaul demo', 'the whole story, in under three minutes'],
    ['longhaul demo --keep', 'and look around afterwards'],
    ['longhaul demo --entries 2000', 'a smaller tree, a shorter story'],
    ['longhaul demo --engine datasync', 'the same by AWS DataSync to EFS, in a sandbox'],
    ['longhaul demo --no-link', 'where sshfs or FUSE is missing'],
    ['longhaul demo --json', 'each sentence as a record'],
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
      if (keep) await interrupted(terminal.signal);
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
  if (Number.isInteger(entries) && entries >= LEAST_ENTRIES && entries <= MOST_ENTRIES)
    return entries;
  throw usage(`--entries: expected ${LEAST_ENTRIES} to ${MOST_ENTRIES}, got "${text}"`);
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
