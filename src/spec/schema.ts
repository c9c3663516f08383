/** The migration spec: what an operator writes in YAML, and what the program reads from it. */
import { z } from 'zod';
import { DAYS } from '../policy/link/calendar.ts';
import { awsSchema, efsDestination, nfsSource } from './aws-schema.ts';
import { absolutePath, ABOVE_0, duration, pathInside, rate, size } from './fields.ts';

const posixTree = z.strictObject({
  kind: z.literal('posix').default('posix'),
  path: absolutePath(),
  /** A path inside the tree that must exist: proof that this is the tree and that it is mounted. */
  marker: pathInside('.longhaul-tree').optional(),
});

const destinationTree = posixTree.extend({
  /** Whose limits on names, links and sizes the assessment checks, however it is mounted. */
  limits: z.enum(['posix', 'efs']).optional(),
});

const hook = z.strictObject({
  /** A program and its arguments; no shell. */
  command: z.array(z.string().min(1)).min(1),
  timeout: duration(ABOVE_0).prefault('10m'),
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const specSchema = z.strictObject({
  version: z.literal(1).default(1),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, {
    error: 'expected lower-case letters, digits and dashes, at most 63',
  }),
  source: z.union([posixTree, nfsSource]),
  destination: z.union([destinationTree, efsDestination]),
  engine: z.enum(['posix', 'datasync']).default('posix'),
  /** Only for the datasync engine, which needs it. */
  aws: awsSchema.optional(),
  stateDirectory: absolutePath(),
  chunks: z
    .strictObject({
      maxEntries: z.int().min(1).default(500_000),
      maxBytes: size(1).prefault('200 GiB'),
      /** Directories that become chunks, of a source that no worker sees mounted; all the rest is one more. */
      roots: z.array(pathInside('projects/alpha')).default([]),
    })
    .prefault({}),
  link: z
    .strictObject({
      bandwidth: rate().optional(),
      /** Mean time between drops, for the chunk plan; the measured one replaces it. */
      meanTimeBetweenDrops: duration(ABOVE_0).optional(),
      /** Limits by local time of day; the first that matches wins. */
      calendar: z
        .array(
          z.strictObject({
            days: z.array(z.enum(DAYS)).optional(),
            from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, {
              error: 'expected a time of day, such as "08:00"',
            }),
            to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, {
              error: 'expected a time of day, such as "18:00"',
            }),
            bandwidth: rate(),
          }),
        )
        .default([]),
      /** Time zone of the calendar's times of day, an IANA name. */
      timeZone: z
        .string()
        .refine(isTimeZone, { error: 'expected a time zone, such as "Europe/Berlin"' })
        .default('UTC'),
    })
    .prefault({}),
  rounds: z
    .strictObject({
      /** When the first round may start; at once when absent. ISO 8601. */
      first: z.iso.datetime({ offset: true }).optional(),
      intervalStart: duration(ABOVE_0).prefault('24h'),
      intervalFloor: duration().prefault('1h'),
      /** A round whose drift is at most this is converged. */
      converged: z
        .strictObject({
          maxEntries: z.int().min(0).default(10_000),
          maxBytes: size().prefault('5 GiB'),
        })
        .prefault({}),
    })
    .prefault({}),
  excludes: z.array(z.string().min(1)).default([]),
  /** NFS silly-rename files, snapshot directories and the like are left out unless this is false. */
  defaultExcludes: z.boolean().default(true),
  specialFiles: z.enum(['except', 'copy']).default('except'),
  deletes: z
    .strictObject({
      when: z.enum(['final', 'every round', 'never']).default('final'),
      /** A chunk's delete-pass above either cap is refused. */
      maxCount: z.int().min(0).default(10_000),
      maxPercent: z.number().min(0).max(100).default(10),
      trash: z.strictObject({ keepFor: duration() }).optional(),
    })
    .prefault({}),
  verify: z
    .strictObject({
      mode: z.enum(['copied', 'full']).default('copied'),
      /** sha256 lets any auditor check with mtree or sha256sum; blake3 is faster. */
      digest: z.enum(['sha256', 'blake3']).default('sha256'),
    })
    .prefault({}),
  cutover: z
    .strictObject({
      window: z
        .strictObject({
          start: z.iso.datetime({ offset: true }),
          end: z.iso.datetime({ offset: true }),
        })
        .optional(),
      approval: z.enum(['required', 'automatic']).default('required'),
      freeze: hook.optional(),
      switch: hook.optional(),
    })
    .prefault({}),
  concurrency: z
    .strictObject({
      chunks: z.int().min(1).max(500).default(8),
      threads: z.int().min(1).max(64).default(2),
    })
    .prefault({}),
  /** For tests and unusual networks. */
  timing: z
    .strictObject({
      heartbeatTimeout: duration(ABOVE_0).prefault('60s'),
      probeInterval: duration(ABOVE_0).prefault('5s'),
      probeIntervalMax: duration(ABOVE_0).prefault('5m'),
    })
    .prefault({}),
});

/** A spec as written. */
export type SpecInput = z.input<typeof specSchema>;
/** A parsed spec: with all defaults, in bytes, bytes per second and milliseconds. */
export type MigrationSpec = z.output<typeof specSchema>;

export type PosixTree = z.output<typeof posixTree>;
export type PosixDestination = z.output<typeof destinationTree>;
