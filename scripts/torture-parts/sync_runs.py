"""Plays `longhaul sync` over random trees, file systems, changes, kills and failing system calls, one run per seed.

Usage: sync_runs.py LONGHAUL [--seed N] [--count N]
A run is right when every call ends with a known exit code and without a stack trace, and when the first call
that nothing disturbs ends with 0 and leaves a destination that the oracle finds equal. Prints the seed of each failure.
"""
import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle  # noqa: E402
from file_systems import IMAGES, Mounts  # noqa: E402
from trees import Tree  # noqa: E402

KINDS = ['host', 'host', 'tmpfs', 'overlay', *IMAGES]
CALLS = [
    'openat', 'openat2', 'statx', 'getdents64', 'read', 'write', 'pwrite64', 'linkat', 'renameat2', 'mkdirat', 'utimensat',
    'fchownat', 'fchmod', 'fsync', 'fdatasync', 'syncfs', 'flistxattr', 'fgetxattr', 'fsetxattr', 'unlinkat', 'close',
]
ERRORS = ['EIO', 'EACCES', 'ENOSPC', 'EDQUOT', 'ESTALE', 'ENOTCONN', 'EUCLEAN', 'EBADMSG', 'ENOKEY', 'EAGAIN', 'E2BIG', 'EXDEV']
EXPECTED_EXITS = {0, 3, 4, 5, 130}
STACK = re.compile(r'^\s+at .*[(/].*:\d+:\d+\)?$|fault of longhaul|UnhandledPromise', re.MULTILINE)
LIMIT_SECONDS = 120


class Failure(Exception):
    pass


def sync_command(longhaul, source, destination, state):
    options = ['--state', state, '--verify', '--delete', '--max-deletes', '100000']
    return ['node', longhaul, 'sync', source, destination, *options]


def with_failing_call(command, rng):
    """Lets one random system call of the process fail with a random error, once."""
    call, error, nth = rng.choice(CALLS), rng.choice(ERRORS), rng.randrange(1, 400)
    inject = f'inject={call}:error={error}:when={nth}'
    return ['strace', '-f', '-qqq', '-o', '/dev/null', '-e', f'trace={call}', '-e', inject, *command]


def call(command, kill_after=None):
    """Runs to the end, or until it is killed. Returns (exit code, output)."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        if kill_after is not None:
            try:
                process.wait(kill_after)
            except subprocess.TimeoutExpired:
                process.kill()
        output, _ = process.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise Failure(f'still running after {LIMIT_SECONDS} s: {" ".join(command)}') from None
    return process.returncode, output.decode('utf8', 'replace')


def disturb(command, rng):
    """A call that is killed, or in which a system call fails. It may end in any way but by a fault of longhaul."""
    if rng.random() < 0.5:
        call(command, kill_after=rng.uniform(0.05, 1.5))
        return
    code, text = call(with_failing_call(command, rng))
    if code not in EXPECTED_EXITS or STACK.search(text):
        raise Failure(f'exit code {code} after a system call failed: {text[-800:]}')


def run(longhaul, seed, folder):
    rng = random.Random(seed)
    mounts = Mounts(folder)
    try:
        sides = [mounts.make(rng.choice(KINDS)) or mounts.make('host') for _ in range(2)]
        (source_fs, source_keeps, source_grain), (destination_fs, destination_keeps, destination_grain) = sides
        keeps = set(source_keeps) & set(destination_keeps)
        source, destination = os.path.join(source_fs, 'source'), os.path.join(destination_fs, 'destination')
        os.mkdir(source)
        os.mkdir(destination)
        tree = Tree(os.fsencode(source), seed, keeps)
        tree.fill(rng.choice([5, 60, 300]))
        options = oracle.Options(max(source_grain, destination_grain), {'links', 'xattrs', 'owner', 'holes'} - keeps)
        state = os.path.join(folder, 'state')
        for _ in range(rng.randrange(1, 4)):
            for _ in range(rng.randrange(3)):
                disturb(sync_command(longhaul, source, destination, state), rng)
                if rng.random() < 0.5:
                    tree.churn(rng.randrange(20))
            prove(longhaul, source, destination, state, options)
            tree.churn(rng.randrange(60))
    finally:
        mounts.close()


def prove(longhaul, source, destination, state, options):
    code, text = call(sync_command(longhaul, source, destination, state))
    if code != 0 or STACK.search(text):
        raise Failure(f'undisturbed, and yet exit code {code}: {text[-800:]}')
    found = list(oracle.differences(os.fsencode(source), os.fsencode(destination), options))
    if found:
        raise Failure(f'{len(found)} differences after exit code 0, the first: {found[:3]!r}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('longhaul')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=20)
    given = parser.parse_args()
    seed, failed = given.seed, 0
    while seed < given.seed + given.count:
        folder = tempfile.mkdtemp(prefix='torture-')
        try:
            run(given.longhaul, seed, folder)
        except Failure as failure:
            failed += 1
            print(f'seed {seed}: {failure}', flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        seed += 1
    done = seed - given.seed
    print(f'{done - failed} passed, {failed} failed (seeds {given.seed} to {seed - 1})')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
