/**
 * A process that keeps a link up: sshd → toxiproxy → sshfs, all on loopback and below one temporary
 * folder. When its stdin closes, it ends and removes everything: the link never outlives the process that
 * opened it, even after kill -9.
 *
 * As root, sshd runs as `nobody`, so that file permissions apply. sftp transmits times in whole seconds and
 * no hard links, attributes or ACLs.
 * Input: one JSON argument (KeeperRequest). Output: one JSON line, {"ready":KeeperReply} or {"failed":text}.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface KeeperRequest {
  readonly tree: string;
  /** Path of the toxiproxy server program. */
  readonly toxiproxy: string;
  /** How long a listing is cached; 0 disables the cache. */
  readonly cacheSeconds: number;
}

export interface KeeperReply {
  readonly mountPoint: string;
  /** URL of toxiproxy's HTTP interface. */
  readonly control: string;
}

const NOBODY = 65_534;
const asNobody = process.getuid?.() === 0;
const children: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'longhaul-link-'));
const mountPoint = join(folder, 'mount');
let closing = false;

function tearDown(): void {
  if (closing) return;
  closing = true;
  try {
    execFileSync('fusermount3', ['-uz', mountPoint], { stdio: 'ignore' });
  } catch {
    // It was not mounted.
  }
  for (const child of children) child.kill('SIGKILL');
  // Nothing is removed while the tree may still be mounted below.
  if (!isMounted()) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

/** Reads the kernel's mount table: a call to the mount itself could hang. */
function isMounted(): boolean {
  return readFileSync('/proc/self/mounts', 'utf8').includes(` ${mountPoint} `);
}

/** Starts a child that the kernel kills with this process. The last lines of its output are kept for errors. */
function begin(command: string, args: readonly string[], said: string[]): ChildProcess {
  const child = spawn('setpriv', ['--pdeathsig', 'SIGKILL', command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => {
      said.push(`${command}: ${data.toString()}`);
      if (said.length > 20) said.shift();
    });
  }
  child.once('error', (error) => said.push(`${command}: ${error.message}\n`));
  children.push(child);
  return child;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}

async function within(
  what: string,
  said: readonly string[],
  is: () => boolean | Promise<boolean>,
): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (await is()) return;
    await sleep(100);
  }
  throw new Error(`${what} did not come up in 15 s\n${said.join('')}`);
}

function makeKeys(): void {
  for (const key of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
  }
  execFileSync('cp', [join(folder, 'user.pub'), join(folder, 'authorized')]);
  mkdirSync(mountPoint);
}

/** Starts sshd with its own port, keys and configuration, apart from the sshd of the machine. */
function startSshd(port: number, said: string[]): void {
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized')}`,
    'PidFile none',
    // Without PAM, sshd running as `nobody` considers that account locked.
    `UsePAM ${asNobody ? 'yes' : 'no'}`,
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'MaxStartups 100',
    'Subsystem sftp internal-sftp',
    'ForceCommand internal-sftp',
  ];
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
  const sshd = ['/usr/sbin/sshd', '-D', '-e', '-f', join(folder, 'sshd_config')];
  if (!asNobody) return void begin(sshd[0]!, sshd.slice(1), said);
  // `nobody` needs access to the host key and the configuration; the user key stays with root.
  execFileSync('chmod', ['711', folder]);
  for (const name of ['host', 'authorized', 'sshd_config'])
    chownSync(join(folder, name), NOBODY, NOBODY);
  // Changing the user clears the parent-death signal, so it is set after that, by a second setpriv.
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  begin('setpriv', [...user, 'setpriv', '--pdeathsig', 'SIGKILL', ...sshd], said);
}

function startSshfs({ tree, cacheSeconds }: KeeperRequest, port: number, said: string[]): void {
  const user = asNobody ? 'nobody' : userInfo().username;
  const options = [
    'reconnect',
    'ServerAliveInterval=1',
    'ServerAliveCountMax=2',
    'ConnectTimeout=3',
    'BatchMode=yes',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    `IdentityFile=${join(folder, 'user')}`,
    'IdentitiesOnly=yes',
    // Without a cache, listings are always current. With one, a listing includes the attributes of its
    // entries, which saves a round trip per entry.
    ...(cacheSeconds === 0 ? ['dir_cache=no'] : [`dcache_timeout=${cacheSeconds}`]),
    // The kernel caches nothing. Inode numbers stay the same while it is mounted.
    'attr_timeout=0',
    'entry_timeout=0',
    'noforget',
  ];
  const flags = options.flatMap((option) => ['-o', option]);
  begin(
    'sshfs',
    [
      '-f',
      '-F',
      '/dev/null',
      '-p',
      String(port),
      ...flags,
      `${user}@127.0.0.1:${tree}`,
      mountPoint,
    ],
    said,
  );
}

async function bringUp(request: KeeperRequest): Promise<KeeperReply> {
  const said: string[] = [];
  const [sshd, proxy, api] = [await freePort(), await freePort(), await freePort()];
  const control = `http://127.0.0.1:${api}`;
  makeKeys();
  startSshd(sshd, said);
  begin(request.toxiproxy, ['-host', '127.0.0.1', '-port', String(api)], said);
  await within('toxiproxy', said, () =>
    fetch(`${control}/version`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  await fetch(`${control}/proxies`, {
    method: 'POST',
    body: JSON.stringify({
      name: 'link',
      listen: `127.0.0.1:${proxy}`,
      upstream: `127.0.0.1:${sshd}`,
    }),
  });
  startSshfs(request, proxy, said);
  await within('sshfs', said, isMounted);
  return { mountPoint, control };
}

process.on('SIGTERM', tearDown);
process.on('SIGINT', () => undefined); // Ctrl-C goes to the whole group; the owner decides.
process.stdin.on('end', tearDown).on('error', tearDown).resume();
try {
  const ready = await bringUp(JSON.parse(process.argv[2] ?? '{}') as KeeperRequest);
  process.stdout.write(`${JSON.stringify({ ready })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ failed: (error as Error).message })}\n`, tearDown);
}
