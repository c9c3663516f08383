/** Proofs that nothing was lost, by independent programs and by the ledger. */
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { plural } from '../units.ts';
import type { Narrator } from './narrator.ts';
import { run, type } from './operator.ts';
import { MIGRATION, type Places } from './paper.ts';

export interface Proof {
  /** The program that was asked. */
  readonly by: string;
  readonly ok: boolean;
  readonly says: string;
}

export interface ProofOptions {
  /** The source as the workers saw it. */
  readonly seenAt: string;
  /** Over a link that carries whole seconds only. */
  readonly wholeSeconds: boolean;
  /** Differences that the engine is known to leave: how rsync reports them, and their reason. */
  readonly mayDiffer?: {
    readonly is: (line: string) => boolean;
    readonly what: string;
    readonly because: string;
  };
}

/** Runs all proofs and shows each result. */
export async function prove(
  narrator: Narrator,
  places: Places,
  options: ProofOptions,
): Promise<readonly Proof[]> {
  return [
    await byTrees(narrator, places, options),
    await byLedger(narrator),
    await byManifest(narrator, places),
  ];
}

/** Compares every byte, mode, owner, time and link by a dry run of rsync with --delete. */
export async function byTrees(
  narrator: Narrator,
  { source, destination }: Places,
  { seenAt, wholeSeconds, mayDiffer }: ProofOptions,
): Promise<Proof> {
  const window = `--modify-window=${wholeSeconds ? '0' : '-1'}`;
  const args = ['-aHAXnci', '--delete', window, `${source}/`, `${destination}/`];
  narrator.typed(['rsync', ...args].join(' '));
  const { exit, stdout, stderr } = await run('rsync', args, narrator);
  if (exit !== 127) {
    const all = stdout.split('\n').filter((line) => line !== '');
    const found = all.filter((line) => mayDiffer?.is(line) !== true);
    if (mayDiffer !== undefined && found.length < all.length) {
      const names = plural(all.length - found.length, mayDiffer.what);
      narrator.tell(`${names} will differ: ${mayDiffer.because}.`);
    }
    const says =
      exit === 0
        ? `rsync finds ${plural(found.length, 'difference')}`
        : `rsync ended with ${exit}: ${stderr.trim()}`;
    return said(narrator, { by: 'rsync', ok: exit === 0 && found.length === 0, says }, found);
  }
  narrator.tell('rsync is not installed: longhaul compares the trees itself, byte by byte.');
  const words = ['verify', seenAt, destination];
  const own = await type(narrator, words, { expect: [0, 3] });
  const found = own.stdout.split('\n').filter((line) => line !== '');
  const says = `longhaul verify finds ${plural(found.length, 'difference')}`;
  return said(narrator, { by: 'longhaul verify', ok: own.exit === 0, says });
}

export async function byLedger(narrator: Narrator): Promise<Proof> {
  const { exit } = await type(narrator, ['ledger', MIGRATION, '--verify'], { expect: [0, 3, 4] });
  const says =
    exit === 0
      ? 'the ledger is whole, its sum closes, nothing is open'
      : `longhaul ledger --verify ends with ${exit}`;
  return said(narrator, { by: 'ledger', ok: exit === 0, says });
}

/** Checks the destination against the mtree manifest. `holds` describes a manifest without digests. */
export async function byManifest(
  narrator: Narrator,
  { room, destination }: Places,
  holds?: string,
): Promise<Proof> {
  const manifest = join(room, 'demo.mtree');
  await type(narrator, ['export', MIGRATION, '--mtree', '--output', manifest]);
  const args = ['-p', destination, '-f', manifest];
  const { exit, stdout, stderr } = await run('mtree', args, narrator);
  if (exit !== 127) {
    narrator.typed(['mtree', ...args].join(' '));
    const found = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
    const says = `mtree finds ${plural(found.length, 'difference')} between manifest and destination${holds === undefined ? '' : ` (${holds})`}`;
    return said(narrator, { by: 'mtree', ok: exit === 0 && found.length === 0, says }, found);
  }
  const [by, how] =
    holds === undefined ? ['digests', 'its digest computed anew'] : ['sizes', 'its size compared'];
  narrator.tell(`mtree is not installed: each file of the manifest is looked at, and ${how}.`);
  const { files, wrong } = await checkFiles(manifest, destination);
  const says = `${plural(files, 'file')} of the manifest looked at, ${wrong.length} differ`;
  return said(narrator, { by, ok: files > 0 && wrong.length === 0, says }, wrong);
}

export function said(narrator: Narrator, proof: Proof, evidence: readonly string[] = []): Proof {
  for (const line of evidence.slice(0, 10)) narrator.quote(line);
  narrator.tell(`${proof.ok ? 'Proved' : 'NOT PROVED'}: ${proof.says}.`);
  return proof;
}

/** Checks the size of every file in an mtree(5) manifest, and its sha256 if the manifest has one. */
async function checkFiles(
  manifest: string,
  tree: string,
): Promise<{ readonly files: number; readonly wrong: readonly string[] }> {
  const wrong: string[] = [];
  let files = 0;
  for (const line of readFileSync(manifest, 'latin1').split('\n')) {
    const size = / size=(\d+)/.exec(line)?.[1];
    if (size === undefined || line.startsWith('#')) continue;
    files++;
    const digest = / sha256=([0-9a-f]{64})/.exec(line)?.[1];
    const path = Buffer.concat([
      Buffer.from(`${tree}/`),
      unescaped(line.slice(0, line.indexOf(' '))),
    ]);
    const found = lstatSync(path, { throwIfNoEntry: false })?.size;
    const same = digest === undefined || (await digestOf(path)) === digest;
    if (found !== Number(size) || !same) wrong.push(line);
  }
  return { files, wrong };
}

/** Decodes the octal escapes of vis(3). */
function unescaped(name: string): Buffer {
  const raw = name.replace(/\\([0-7]{3})/g, (_all, octal: string) =>
    String.fromCharCode(parseInt(octal, 8)),
  );
  return Buffer.from(raw, 'latin1');
}

/** Returns undefined when the file cannot be read. */
async function digestOf(path: Buffer): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}
