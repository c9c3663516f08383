import { describe, expect, test } from '@jest/globals';
import { assess } from '../../../src/policy/assess/assess.ts';
import { renderAssessment } from '../../../src/terminal/texts/assess.ts';
import { empty, full, plan, spec } from '../../policy/assess/assessed-tree.ts';

describe('renderAssessment', () => {
  test('prints every section of a full tree', () => {
    expect(renderAssessment(assess({ spec, tree: full, plan }))).toMatchInlineSnapshot(`
     "acme: /mnt/old → /mnt/new
     scanned 2026-03-02T00:00:00.000Z in 1m 1s

       entries      1,234,567
       directories      4,567
       files        1,200,000  27.3 TiB
       symlinks        30,000
       left out            12  by rules

     Files by size
       up to 4.00 KiB  1,000,000  1.86 GiB
       larger            200,000  27.3 TiB

     Against the limits of Amazon EFS
       longest name             255 bytes  limit 255 bytes
       longest path           4,096 bytes  limit 4,096 bytes
       deepest directory         3 levels  limit 1,000 levels       /a/b/c
       longest link target    4,081 bytes  limit 4,080 bytes        DOES NOT FIT
       most hard links          178 links  limit 177 links          DOES NOT FIT
       largest file              47.9 TiB  limit 47.9 TiB
       widest directory     1,200 entries  limit 1,000,000 entries  /a
       special files                    7  limit no devices         DOES NOT FIT
       longest link target:
         a/far
       most hard links:
         a/x
       special files:
         b/null

     Unreadable: 1
       a/secret  EACCES

     Special files: 7
       b/it's.sock  socket
       b/null       character device
       and 5 more

     Sparse files: 2, with 1.00 GiB of holes, which are kept

     Hard links: 300 names in 40 groups; 1 of them in more than one chunk (of the 2 with the most links): each chunk gets a copy of its own
         178 links: a/x, b/x

     How long it takes
       transfer of the bytes   55d 13h  27.3 TiB at 50 Mbit/s
       number of entries        41m 9s  1,234,567 at 500 a second
       overhead of the chunks      10s  2 at 5s each, in every round
       the seed takes about 55d 14h: 100 % of it is the transfer of the bytes: 27.3 TiB at 50 Mbit/s
       changes per day: 20.0 GiB in 1,000 entries (files changed since 2026-03-01T12:00:00.000Z)

     Chunks: 2; at most 100 entries and 909.5 TiB a chunk, as the spec says; link.bandwidth is not given

     Draft exceptions, to accept once the migration runs
       longhaul accept acme 'a/far' --reason 'longest link target: the destination allows 4,080 bytes'
       longhaul accept acme 'a/x' --reason 'most hard links: the destination allows 177 links'
       longhaul accept acme 'b/null' --reason 'special files: the destination allows no devices'
       longhaul accept acme 'a/secret' --reason 'not readable: EACCES'
       longhaul accept acme 'b/it'\\''s.sock' --reason 'a socket'"
    `);
  });

  test('omits empty sections', () => {
    expect(renderAssessment(assess({ spec, tree: empty, plan }))).toMatchInlineSnapshot(`
     "acme: /mnt/old → /mnt/new
     scanned 2026-03-02T00:00:00.000Z in 1m 1s

       entries      0
       directories  0
       files        0       0 B
       symlinks     0
       left out     0  by rules

     Against the limits of Amazon EFS
       longest name         none  limit 255 bytes
       longest path         none  limit 4,096 bytes
       deepest directory    none  limit 1,000 levels
       longest link target  none  limit 4,080 bytes
       most hard links      none  limit 177 links
       largest file         none  limit 47.9 TiB
       widest directory     none  limit 1,000,000 entries
       special files           0  limit no devices

     How long it takes
       overhead of the chunks   10s  2 at 5s each, in every round
       number of entries       0 ms  0 at 500 a second
       transfer of the bytes   0 ms  0 B at 50 Mbit/s
       the seed takes about 10s: 100 % of it is the overhead of the chunks: 2 at 5s each, in every round

     Chunks: 2; at most 100 entries and 909.5 TiB a chunk, as the spec says; link.bandwidth is not given

     Draft exceptions: none"
    `);
  });

  test('prints how many samples it omits', () => {
    const samples = Array.from({ length: 20 }, (_, i) => ({ path: `p${i}`, because: 'EACCES' }));
    const tree = { ...empty, unreadable: { count: 1000, samples } };

    const text = renderAssessment(assess({ spec, tree, plan }));

    expect(text).toContain('Unreadable: 1,000\n  p0  EACCES\n');
    expect(text).toContain('\n  and 995 more\n');
  });

  test('prints failed checks with their fix, and file systems below the tree', () => {
    const checks = [
      { name: 'owners can be kept', ok: false, found: 'running as uid 7', fix: 'Run it as root.' },
      { name: 'two trees', ok: true, found: 'different directories' },
    ];
    const tree = { ...full, otherFileSystems: ['a/mnt'] };

    const text = renderAssessment(assess({ spec, tree, plan, checks }));

    expect(text).toContain('  owners can be kept: no: running as uid 7\n    Run it as root.\n');
    expect(text).not.toContain('two trees');
    expect(text).toContain(
      'Other file systems below the tree: not entered, a migration each\n  a/mnt',
    );
  });
});
