/** A worker over the datasync engine as Temporal would drive it: what fails is tried again, and one that dies is followed by another. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ChunkSum, Round } from '../../../src/model/round.ts';
import type { StepJob } from '../../../src/engines/engine.ts';
import { failureClass, toFailure } from '../../../src/errors/failure.ts';
import { type World, agentsOf, isOver } from '../../../src/sandbox/world/datasync.ts';
import { openBench, type Bench } from '../../engines/contract.ts';
import {
  sandboxEngine,
  virtualTime,
  type SandboxEngine,
  type SandboxEngineOptions,
} from './datasync-bench.ts';
import type { TreeLiteral } from '../trees/tree.ts';

const MOST_TRIES = 300;
/** A person who came this often would have settled any fault of a script: what blocks still, blocks for ever. */
const MOST_VISITS = 25;
const PERSON_COMES_AFTER_MS = 3600_000;
const PAUSE_MS = 60_000;

export interface Death {
  /** The how-manieth request since it was armed, of those to `call` when that is given. */
  readonly at: number;
  readonly call?: string;
  /** before: it is not sent; after: it was carried out, and the reply finds nobody. */
  readonly moment: 'before' | 'after';
}

export interface Rig {
  readonly bench: Bench;
  readonly kind: SandboxEngine;
  readonly world: World;
  /** Requests since the last arming: their names. */
  readonly calls: string[];
  arm(death?: Death): void;
  /** A round to its end, whatever happens on the way; with whom died replaced. */
  round(
    round: Partial<Round> & { readonly number: number },
    more?: Partial<StepJob>,
  ): Promise<ChunkSum>;
}

export function openRig(
  tree: TreeLiteral,
  options: SandboxEngineOptions & { readonly spec?: object } = {},
): Rig {
  const { spec = {}, ...given } = options;
  const calls: string[] = [];
  let death: Death | undefined;
  let dead = false;
  const die = (): never => {
    dead = true;
    throw Object.assign(new Error('The worker is dead'), { name: 'Dead' });
  };
  const onRequest = (call: string, moment: 'before' | 'after'): void => {
    if (dead) die();
    if (moment === 'before') calls.push(call);
    else if (call === 'StartTaskExecution') expectOneALane(kind.cloud().world);
    if (death && isDue(death, calls) && moment === death.moment) die();
  };
  const kind = sandboxEngine({ ...given, onRequest, maxAttempts: 1 });
  const bench = openBench(kind, tree, spec);
  const cloud = kind.cloud();
  const time = virtualTime(cloud);
  const mortal: typeof time = {
    now: () => time.now(),
    async sleep(ms, signal) {
      if (dead) die();
      await time.sleep(ms, signal);
    },
  };
  const places = {
    root: bench.root,
    source: bench.source,
    destination: bench.destination,
    directory: join(bench.spec.stateDirectory, 'migrations', 'm'),
  };
  const hire = (): void => {
    dead = false;
    death = undefined;
    bench.engine = kind.another(bench.spec, places, { time: mortal });
  };
  hire();
  const persist = async <T>(step: () => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries++) {
      try {
        return await step();
      } catch (error) {
        if (tries >= MOST_TRIES) throw error;
        if (dead) hire();
        else cloud.advance(pauseAfter(error));
      }
    }
  };
  return {
    bench,
    kind,
    world: cloud.world,
    calls,
    arm(next) {
      calls.length = 0;
      death = next;
    },
    async round(round, more = {}) {
      const job = (): StepJob => bench.job(round, more);
      for (let visits = 0; ; visits++) {
        await persist(() => bench.engine.scan(job()));
        await persist(() => bench.engine.copy(job()));
        const { blocked } = await persist(() => bench.engine.verify(job()));
        if (blocked > 0) {
          if (visits >= MOST_VISITS) throw new Error(`${blocked} entries are blocked for ever`);
          cloud.advance(PERSON_COMES_AFTER_MS);
          continue;
        }
        const before = pathsIn(bench.destination);
        await persist(() => bench.engine.deletePass(job()));
        expectNoWrongDelete(bench, before);
        return persist(() => bench.engine.close(job()));
      }
    },
  };
}

const isDue = ({ at, call }: Death, calls: readonly string[]): boolean =>
  call === undefined
    ? calls.length === at
    : calls.at(-1) === call && calls.filter((other) => other === call).length === at;

/** Somebody comes for what needs a person; the rest is tried again. Throws what is a fault of ours. */
function pauseAfter(error: unknown): number {
  switch (failureClass(toFailure(error))) {
    case 'transient':
      return PAUSE_MS;
    case 'person':
      return PERSON_COMES_AFTER_MS;
    default:
      throw error;
  }
}

const pathsIn = (tree: string): string[] =>
  readdirSync(tree, { recursive: true, encoding: 'utf8' });

function expectNoWrongDelete({ source, destination }: Bench, before: readonly string[]): void {
  const atSource = new Set(pathsIn(source));
  const left = new Set(pathsIn(destination));
  const wrong = before.filter((path) => atSource.has(path) && !left.has(path));
  if (wrong.length > 0) throw new Error(`Deleted though at the source: ${wrong.join(', ')}`);
}

function expectOneALane(world: World): void {
  const live = [...world.executions.values()].filter((execution) => !isOver(execution));
  for (const agent of world.agents.values()) {
    const here = live.filter(({ task }) => agentsOf(world, task).includes(agent));
    if (here.length > 1) throw new Error(`${here.length} executions are live on ${agent.name}`);
  }
}

export interface Strays {
  readonly twins: readonly string[];
  readonly live: readonly string[];
  /** Ran, and no worker knows of their end. */
  readonly orphans: readonly string[];
}

/** Executions of the same attempt, executions nobody waits for, and those nobody ever knew. */
export function strays({ world: { executions, tags }, kind }: Pick<Rig, 'world' | 'kind'>): Strays {
  const attempts = [...executions.keys()].map(
    (arn) => tags.get(arn)?.find(({ Key }) => Key === 'longhaul:attempt')?.Value ?? arn,
  );
  const live = [...executions.values()].filter((execution) => !isOver(execution));
  const known = new Set(kind.told.map(({ end }) => end.arn));
  return {
    twins: attempts.filter((attempt, i) => attempts.indexOf(attempt) < i),
    live: live.map(({ arn, status }) => `${arn} ${status}`),
    orphans: [...executions.keys()].filter((arn) => !known.has(arn)),
  };
}
