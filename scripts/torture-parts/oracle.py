"""Compares two trees without any code of longhaul: kinds, content, owner, mode, times, attributes, ACLs, links, holes.

Usage: oracle.py SOURCE DESTINATION [--grain NANOSECONDS] [--without owner,xattrs,links,holes]
Prints one line per difference and exits with 1 when there is one.
"""
import hashlib
import os
import stat
import sys

BLOCK_BYTES = 1 << 20
OWN_NAMES = (b'.longhaul-',)  # temporary files of a copy that was killed: listed apart, never equal to a source entry


def walk(root):
    """Yields (path, stat) of every entry below the root, the root itself as b''."""
    yield b'', os.lstat(root)
    stack = [b'']
    while stack:
        below = stack.pop()
        for name in os.listdir(os.path.join(root, below) if below else root):
            path = os.path.join(below, name) if below else name
            found = os.lstat(os.path.join(root, path))
            yield path, found
            if stat.S_ISDIR(found.st_mode):
                stack.append(path)


def digest(path):
    total = hashlib.blake2b()
    with open(path, 'rb', buffering=0) as file:
        while block := file.read(BLOCK_BYTES):
            total.update(block)
    return total.hexdigest()


def attributes(path):
    """Extended attributes and ACLs by name; the label of the security module is the host's own."""
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:
        return {}
    return {
        name: os.getxattr(path, name, follow_symlinks=False)
        for name in names
        if name != 'security.selinux'
    }


def data_bytes(path, size):
    """Bytes between holes, as SEEK_DATA and SEEK_HOLE report them."""
    total, offset = 0, 0
    fd = os.open(path, os.O_RDONLY)
    try:
        while offset < size:
            try:
                start = os.lseek(fd, offset, os.SEEK_DATA)
            except OSError:
                break
            offset = os.lseek(fd, start, os.SEEK_HOLE)
            total += offset - start
    finally:
        os.close(fd)
    return total


def facts(root, path, found, options):
    """What has to be equal on both sides, by name."""
    full = os.path.join(root, path) if path else root
    kind = stat.S_IFMT(found.st_mode)
    result = {'kind': kind, 'mode': found.st_mode & 0o7777 if kind != stat.S_IFLNK else 0}
    if 'owner' not in options.without:
        result['owner'] = (found.st_uid, found.st_gid)
    if kind in (stat.S_IFREG, stat.S_IFLNK, stat.S_IFDIR):
        result['mtime'] = found.st_mtime_ns // options.grain
    if kind == stat.S_IFREG:
        result['size'] = found.st_size
        result['content'] = digest(full)
    if kind == stat.S_IFLNK:
        result['target'] = os.readlink(full)
    if kind in (stat.S_IFBLK, stat.S_IFCHR):
        result['device'] = found.st_rdev
    if 'xattrs' not in options.without:
        result['attributes'] = attributes(full)
    return result


def groups(entries):
    """Sets of paths that are names of one inode."""
    by_inode = {}
    for path, found in entries.items():
        if not stat.S_ISDIR(found.st_mode) and found.st_nlink > 1:
            by_inode.setdefault((found.st_dev, found.st_ino), set()).add(path)
    return {frozenset(paths) for paths in by_inode.values() if len(paths) > 1}


def differences(source, destination, options):
    left, right = dict(walk(source)), dict(walk(destination))
    for path in sorted(left.keys() - right.keys()):
        yield path, 'missing at the destination'
    for path in sorted(right.keys() - left.keys()):
        own = os.path.basename(path).startswith(OWN_NAMES)
        yield path, 'a temporary name left behind' if own else 'only at the destination'
    for path in sorted(left.keys() & right.keys()):
        wanted = facts(source, path, left[path], options)
        found = facts(destination, path, right[path], options)
        for name in wanted.keys() | found.keys():
            if wanted.get(name) != found.get(name):
                yield path, f'{name}: {wanted.get(name)!r} became {found.get(name)!r}'
        if 'holes' not in options.without and stat.S_ISREG(left[path].st_mode):
            yield from hole_difference(source, destination, path, left[path].st_size)
    if 'links' not in options.without:
        for group in groups(left) ^ groups(right):
            yield min(group), f'hard links differ: {sorted(group)!r}'


def hole_difference(source, destination, path, size):
    """A copy may have more holes than its source; of a large hole it must not make data."""
    kept = data_bytes(os.path.join(destination, path), size)
    wanted = data_bytes(os.path.join(source, path), size)
    if kept > wanted + BLOCK_BYTES:
        yield path, f'holes were filled: {wanted} bytes of data became {kept}'


class Options:
    def __init__(self, grain=1, without=()):
        self.grain = grain
        self.without = set(without)


def main(arguments):
    options = Options()
    trees = []
    while arguments:
        argument = arguments.pop(0)
        if argument == '--grain':
            options.grain = int(arguments.pop(0))
        elif argument == '--without':
            options.without = set(arguments.pop(0).split(','))
        else:
            trees.append(os.fsencode(argument))
    if len(trees) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    found = list(differences(*trees, options))
    for path, what in found:
        print(f'{path!r}: {what}')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
