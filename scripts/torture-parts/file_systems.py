"""File systems in loop images, each with what it can keep. What this machine cannot make is skipped aloud."""
import os
import shutil
import subprocess
import sys

ALL = ('links', 'xattrs', 'special', 'holes', 'owner')
SIZE = '128M'

# name: (command that makes it, what it keeps, grain of its times in nanoseconds)
IMAGES = {
    'ext4': (['mkfs.ext4', '-q', '-F'], ALL, 1),
    'ext4 without file types': (['mkfs.ext4', '-q', '-F', '-O', '^filetype'], ALL, 1),
    'ext4 with inodes of 128 bytes': (['mkfs.ext4', '-q', '-F', '-I', '128'], ALL, 10**9),
    'xfs': (['mkfs.xfs', '-q', '-f'], ALL, 1),
    'btrfs': (['mkfs.btrfs', '-q', '-f'], ALL, 1),
}


class Mounts:
    """Mounts that live until `close`; the temporary folder itself is one of the choices."""

    def __init__(self, folder):
        self.folder = folder
        self.mounted = []
        self.made = 0

    def make(self, kind):
        """Returns (path, what it keeps, grain), or None with a line on stderr."""
        self.made += 1
        path = os.path.join(self.folder, f'{self.made}-{kind.replace(" ", "-")}')
        os.mkdir(path)
        if kind == 'host':
            return path, ALL, 1
        if kind == 'tmpfs':
            return (path, ALL, 1) if self.mount(path, '-t', 'tmpfs', 'tmpfs') else None
        if kind == 'overlay':
            return self.overlay(path)
        command, keeps, grain = IMAGES[kind]
        image = f'{path}.img'
        size = '320M' if kind == 'xfs' else SIZE
        subprocess.run(['truncate', '-s', size, image], check=True)
        if shutil.which(command[0]) is None or subprocess.run([*command, image], capture_output=True).returncode:
            return self.skip(kind, f'{command[0]} does not work here')
        return (path, keeps, grain) if self.mount(path, '-o', 'loop', image) else self.skip(kind, 'mount failed')

    def overlay(self, path):
        """Lower and upper layer on different file systems: files have another device than their directories."""
        layers = {name: f'{path}-{name}' for name in ('lower', 'top')}
        for layer in layers.values():
            os.mkdir(layer)
            if not self.mount(layer, '-t', 'tmpfs', 'tmpfs'):
                return self.skip('overlay', 'no tmpfs')
        upper, work = f'{layers["top"]}/upper', f'{layers["top"]}/work'
        os.mkdir(upper)
        os.mkdir(work)
        options = f'lowerdir={layers["lower"]},upperdir={upper},workdir={work}'
        mounted = self.mount(path, '-t', 'overlay', '-o', options, 'overlay')
        return (path, ('special', 'holes', 'owner'), 1) if mounted else self.skip('overlay', 'mount failed')

    def mount(self, path, *arguments):
        if subprocess.run(['mount', *arguments, path], capture_output=True).returncode:
            return False
        self.mounted.append(path)
        return True

    @staticmethod
    def skip(kind, why):
        print(f'skipped: {kind}: {why}', file=sys.stderr)
        return None

    def close(self):
        for path in reversed(self.mounted):
            if subprocess.run(['umount', path], capture_output=True).returncode:
                subprocess.run(['umount', '-l', path], capture_output=True)
