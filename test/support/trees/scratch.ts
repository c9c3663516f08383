/** Scratch directories for tests whose many small synced writes prove nothing about a disk. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a directory, in memory where the machine has room for it (global-setup.mjs); the caller removes it. */
export const scratchDirectory = (prefix: string): string =>
  mkdtempSync(join(process.env['LONGHAUL_TEST_SCRATCH'] ?? tmpdir(), prefix));
