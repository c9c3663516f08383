/**
 * The fault script: what goes wrong, and when. Written in YAML by a test or an operator.
 *
 *   faults:
 *     - after: 10m              # sandbox time since the start
 *       link: down              # down | up; agents go OFFLINE after 5 minutes of silence
 *     - call: StartTaskExecution
 *       nth: 2                  # the second such call (1 when absent; 'every' for all)
 *       reply: lost             # lost: done, but the connection breaks | throttled | internal | unavailable | denied
 *     - execution: 3            # the third execution started
 *       fail: NoMem             # an ErrorCode of the service …
 *       detail: Cannot allocate memory
 *       in: PREPARING           # … in this phase
 *     - execution: 4
 *       stuck: true             # stays in LAUNCHING until it is cancelled
 *     - execution: 5
 *       offline: 10m            # its agents are unreachable for this time, from this phase on
 *       in: TRANSFERRING
 *     - file: /a/b.txt          # below the source location's root; '*' at the end matches the rest
 *       is: unreadable          # unreadable | locked | vanished | mismatched
 *       times: 1                # how many executions it affects; all when absent
 */
import { z } from 'zod';
import { formatDuration, parseDuration } from '../../units.ts';

const error = 'expected a duration, such as "10m"';
const duration = z
  .string({ error })
  .refine((text) => parseDuration(text) !== undefined, { error })
  .transform((text) => parseDuration(text) ?? 0);

const linkFault = z.strictObject({ after: duration, link: z.enum(['down', 'up']) });
const agentFault = z.strictObject({
  after: duration,
  agent: z.string(),
  is: z.enum(['offline', 'online']),
});
const callFault = z.strictObject({
  call: z.string(),
  nth: z.union([z.int().min(1), z.literal('every')]).default(1),
  reply: z.enum(['lost', 'throttled', 'internal', 'unavailable', 'denied']),
});
const executionFault = z.strictObject({
  execution: z.int().min(1),
  fail: z.string().optional(),
  detail: z.string().default(''),
  in: z.enum(['LAUNCHING', 'PREPARING', 'TRANSFERRING', 'VERIFYING']).default('TRANSFERRING'),
  stuck: z.boolean().default(false),
  offline: duration.optional(),
});
const fileFault = z.strictObject({
  file: z.string().startsWith('/', {
    error: 'expected a path from the root of the source location, such as "/a/b.txt"',
  }),
  is: z.enum(['unreadable', 'locked', 'vanished', 'mismatched']),
  times: z.int().min(1).optional(),
});

export const faultScriptSchema = z.strictObject({
  faults: z
    .array(z.union([linkFault, agentFault, callFault, executionFault, fileFault]))
    .default([]),
});
export type FaultScript = z.output<typeof faultScriptSchema>;
type Fault = FaultScript['faults'][number];
export type ReplyFault = z.output<typeof callFault>['reply'];
export type ExecutionFault = z.output<typeof executionFault>;
export type FileFaultKind = z.output<typeof fileFault>['is'];

/** Counts calls and executions, and decides which fault is due. */
export class Faults {
  private readonly script: readonly Fault[];
  private readonly tell: (what: string) => void;
  private readonly calls = new Map<string, number>();
  private readonly spoiled = new Map<Fault, Set<string>>();
  private readonly told = new Set<Fault>();

  /** `tell` is called when a fault takes effect, once for a fault that lasts. */
  constructor(script: FaultScript, tell: (what: string) => void = () => undefined) {
    this.script = script.faults;
    this.tell = tell;
  }

  /** Records that a fault takes effect. Returns true the first time. */
  strike(fault: Fault): boolean {
    if (this.told.has(fault)) return false;
    this.told.add(fault);
    this.tell(faultText(fault));
    return true;
  }

  timed(): readonly (z.output<typeof linkFault> | z.output<typeof agentFault>)[] {
    return this.script.filter((fault) => 'after' in fault);
  }

  /** Counts the call and returns its fault, if any. */
  onCall(operation: string): ReplyFault | undefined {
    const nth = (this.calls.get(operation) ?? 0) + 1;
    this.calls.set(operation, nth);
    const fault = this.script.find(
      (f) => 'call' in f && f.call === operation && (f.nth === 'every' || f.nth === nth),
    );
    if (fault === undefined || !('reply' in fault)) return undefined;
    this.strike(fault);
    return fault.reply;
  }

  onExecution(nth: number): ExecutionFault | undefined {
    const fault = this.script.find((f) => 'execution' in f && f.execution === nth);
    return fault && 'execution' in fault ? fault : undefined;
  }

  /** A fault of one file in one execution. */
  onFile(path: string, execution: string): FileFaultKind | undefined {
    for (const fault of this.script) {
      if (!('file' in fault) || !matches(fault.file, path)) continue;
      const seen = this.spoiled.get(fault) ?? new Set<string>();
      if (fault.times !== undefined && seen.size >= fault.times && !seen.has(execution)) continue;
      this.spoiled.set(fault, seen.add(execution));
      this.strike(fault);
      return fault.is;
    }
    return undefined;
  }
}

function matches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

const REPLIES: Readonly<Record<ReplyFault, string>> = {
  lost: 'it is carried out, and its answer is lost',
  internal: 'it is carried out, and an internal error is answered',
  throttled: 'it is throttled',
  denied: 'it is denied',
  unavailable: 'the service is unavailable',
};

/** Formats `StartTaskExecution, no. 2: it is carried out, and its answer is lost`. */
function faultText(fault: Fault): string {
  if ('call' in fault) {
    const which = fault.nth === 'every' ? 'each one' : `no. ${fault.nth}`;
    return `${fault.call}, ${which}: ${REPLIES[fault.reply]}`;
  }
  if ('link' in fault) return `the link is ${fault.link}`;
  if ('agent' in fault) return `agent ${fault.agent} is ${fault.is}`;
  if ('file' in fault) return `file ${fault.file} is ${fault.is}`;
  if (fault.stuck) return `execution ${fault.execution} is stuck in LAUNCHING`;
  if (fault.offline !== undefined) {
    const time = formatDuration(fault.offline);
    return `execution ${fault.execution}, ${fault.in}: its agent cannot be reached for ${time}`;
  }
  return `execution ${fault.execution}, ${fault.in}: it fails with ${fault.fail ?? 'no code'}`;
}
