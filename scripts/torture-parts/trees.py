"""Random trees with what has broken copy programs before, and random changes to them. Everything follows from the seed."""
import os
import random
import stat

NAMES = [
    b'plain', b'with space', b'new\nline', b'tab\there', b'-rf', b'--delete', b'~tilde', b'#hash', b'.hidden', b'..data',
    b'quote"s', b"apo'strophe", b'back\\slash', b'star*', b'[x]', b'%41', b'\xff\xfe', b'caf\xc3\xa9', b'cafe\xcc\x81',
    b'\xe2\x80\xae rtl', b'UPPER', b'upper', b'a' * 255, b'$HOME', b'`id`', b'%', b'\x01\x1b[31m',
]
SIZES = [0, 1, 100, 4095, 4096, 4097, 65536, 262143, 262144, 262145, 1 << 20, 3_000_001]


class Tree:
    """One tree below `root`. `can` names what its file system has: links, xattrs, special, holes, owner."""

    def __init__(self, root, seed, can=('links', 'xattrs', 'special', 'holes', 'owner')):
        self.root = root
        self.random = random.Random(seed)
        self.can = set(can)
        self.directories = [b'']
        self.files = []

    def at(self, path):
        return os.path.join(self.root, path) if path else self.root

    def fill(self, entries):
        for _ in range(entries):
            self.add()
        self.settle()

    def free_name(self, below):
        base = self.random.choice(NAMES)
        for attempt in range(1000):
            name = base if attempt == 0 else base[:240] + b'.%d' % attempt
            path = os.path.join(below, name) if below else name
            if not os.path.lexists(self.at(path)):
                return path
        raise RuntimeError('no free name')

    def add(self):
        path = self.free_name(self.random.choice(self.directories))
        makers = [self.file] * 6 + [self.directory] * 2 + [self.symlink]
        if 'links' in self.can:
            makers.append(self.link)
        if 'holes' in self.can:
            makers.append(self.sparse)
        if 'special' in self.can:
            makers.append(self.special)
        self.random.choice(makers)(path)

    def file(self, path):
        with open(self.at(path), 'wb') as file:
            file.write(self.random.randbytes(self.random.choice(SIZES)))
        self.files.append(path)
        self.dress(path)

    def sparse(self, path):
        with open(self.at(path), 'wb') as file:
            file.truncate(self.random.choice([1 << 22, (1 << 22) + 17]))
            file.seek(self.random.randrange(1 << 21))
            file.write(b'data' * self.random.randrange(1, 5000))
        self.files.append(path)
        self.dress(path)

    def directory(self, path):
        os.mkdir(self.at(path))
        self.directories.append(path)
        self.dress(path)

    def symlink(self, path):
        target = self.random.choice([b'plain', b'../..', b'/etc/passwd', b'nowhere', b'\xff', b'x' * 500])
        os.symlink(target, self.at(path))

    def link(self, path):
        there = [one for one in self.files if os.path.lexists(self.at(one))]
        if not there:
            return self.file(path)
        os.link(self.at(self.random.choice(there)), self.at(path), follow_symlinks=False)
        self.files.append(path)

    def special(self, path):
        os.mkfifo(self.at(path))

    def dress(self, path):
        """Gives owner, mode, attributes and times."""
        full = self.at(path)
        if 'owner' in self.can and os.geteuid() == 0 and self.random.random() < 0.3:
            os.chown(full, self.random.choice([0, 1000, 65534]), self.random.choice([0, 1000, 4242]))
        if self.random.random() < 0.4:
            modes = [0o600, 0o644, 0o755, 0o700, 0o4755, 0o2770, 0o1777]
            os.chmod(full, self.random.choice(modes) | (0o700 if os.path.isdir(full) else 0))
        if 'xattrs' in self.can and self.random.random() < 0.2:
            os.setxattr(full, b'user.note', self.random.randbytes(self.random.choice([1, 40, 800])))
        if self.random.random() < 0.5:
            self.stamp(path)

    def stamp(self, path):
        seconds = self.random.choice([0, 1, 86_399, 1_000_000_000, 1_700_000_000])
        when = seconds * 10**9 + self.random.choice([0, 1, 999_999_999, 123_456_789])
        os.utime(self.at(path), ns=(when, when))

    def settle(self):
        """Directories get their times last: every new entry changes them."""
        for path in sorted(self.directories, key=len, reverse=True):
            if path and self.random.random() < 0.3:
                self.stamp(path)

    def churn(self, changes):
        """Changes content, metadata and names, as a living tree does."""
        for _ in range(changes):
            acts = [self.add] * 3 + [self.rewrite] * 3 + [self.redress, self.remove, self.rename]
            self.random.choice(acts)()
        self.forget_missing()

    def rewrite(self):
        if not self.files:
            return self.add()
        path = self.random.choice(self.files)
        if os.path.isfile(self.at(path)):
            with open(self.at(path), 'r+b') as file:
                file.seek(self.random.randrange(max(1, os.path.getsize(self.at(path)))))
                file.write(self.random.randbytes(self.random.randrange(1, 9000)))

    def redress(self):
        path = self.random.choice(self.files + self.directories[1:] or [b''])
        if path and os.path.lexists(self.at(path)):
            self.dress(path)

    def remove(self):
        path = self.random.choice(self.files or [b''])
        if path and os.path.lexists(self.at(path)):
            os.unlink(self.at(path))

    def rename(self):
        path = self.random.choice(self.files or [b''])
        if path and os.path.lexists(self.at(path)):
            to = self.free_name(self.random.choice(self.directories))
            os.rename(self.at(path), self.at(to))
            self.files.append(to)

    def forget_missing(self):
        def is_there(path):
            return os.path.lexists(self.at(path))

        self.files = [path for path in self.files if is_there(path) and stat.S_ISREG(os.lstat(self.at(path)).st_mode)]
        self.directories = [path for path in self.directories if path == b'' or is_there(path)]
