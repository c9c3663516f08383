import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ThreadPool } from '../../../../src/engines/posix/pool/pool.ts';
import { startAhead } from '../../../../src/engines/posix/threads/thread.ts';

/** A thread that does what its jobs say, so that the pool can be tested without a file system. */
const entry = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, threadId } from 'node:worker_threads';
    parentPort.on('message', async ({ id, job }) => {
      if (job.type === 'die') throw new Error('as told');
      if (job.type === 'exit') process.exit(3);
      if (job.type === 'fail') return parentPort.postMessage({ id, failure: { code: 'DISK_FULL', message: 'full', path: 'a' } });
      if (job.type === 'hang') return;
      await new Promise((done) => setTimeout(done, job.ms ?? 0));
      parentPort.postMessage({ id, result: { threadId, echo: job.value } });
    });`)}`,
);

const pools: ThreadPool[] = [];
function makePool(threads: number) {
  const pool = new ThreadPool({ threads, sourceRoot: '/nowhere', entry });
  pools.push(pool);
  return (job: object) => pool.run(job as never) as Promise<{ threadId: number; echo: unknown }>;
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.dispose()));
});

describe('a pool of threads', () => {
  test('answers each job with its own result', async () => {
    const run = makePool(2);

    const results = await Promise.all(
      Array.from({ length: 50 }, (_, value) => run({ type: 'echo', value })),
    );

    expect(results.map(({ echo }) => echo)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test('gives the first jobs to threads that are warm', async () => {
    const pool = new ThreadPool({ threads: 2, sourceRoot: '/nowhere', entry });
    pools.push(pool);
    const run = () => pool.run({ type: 'echo', ms: 20 } as never) as Promise<{ threadId: number }>;

    pool.warm();
    const ids = (await Promise.all([run(), run()])).map(({ threadId }) => threadId);
    pool.warm();
    const later = (await Promise.all([run(), run()])).map(({ threadId }) => threadId);

    expect(new Set(ids).size).toBe(2);
    expect(new Set([...ids, ...later]).size).toBe(2);
  });

  test('takes over the threads that were started ahead, except those that died', async () => {
    const { threads } = startAhead(2, entry);
    const [doomed, ready] = [...threads].map((thread) => ({ thread, id: thread.threadId }));
    await doomed!.thread.terminate();
    const pool = new ThreadPool({ threads: 2, sourceRoot: '/nowhere', entry });
    pools.push(pool);

    const run = () => pool.run({ type: 'echo', ms: 20 } as never) as Promise<{ threadId: number }>;
    const ids = (await Promise.all([run(), run()])).map(({ threadId }) => threadId);

    expect(ids).toContain(ready!.id);
    expect(ids).not.toContain(doomed!.id);
    expect(new Set(ids).size).toBe(2);
  });

  test('does not keep the process alive by being warm', () => {
    const built = new URL('../../../../dist/engines/posix/pool/pool.js', import.meta.url).href;
    const program = `import { ThreadPool } from ${JSON.stringify(built)};
      new ThreadPool({ threads: 2, sourceRoot: '/' }).warm();`;

    const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      timeout: 60_000,
    });

    expect(ended.status).toBe(0);
  });

  // A native module that is cut off while it loads takes the process with it.
  test('lets a thread that is still loading end itself', async () => {
    const place = mkdtempSync(join(tmpdir(), 'pool-'));
    const slow = new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { writeFileSync } from 'node:fs';
        import { parentPort, threadId } from 'node:worker_threads';
        parentPort.on('message', (message) => message === 'end' && parentPort.close());
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        writeFileSync(${JSON.stringify(place)} + '/' + threadId, 'loaded');`)}`,
    );
    const pool = new ThreadPool({ threads: 2, sourceRoot: '/nowhere', entry: slow });
    pool.warm();
    await new Promise((done) => setTimeout(done, 100));

    await pool.dispose();

    expect(readdirSync(place)).toHaveLength(2);
    rmSync(place, { recursive: true });
  });

  test('uses all its threads and no more', async () => {
    const run = makePool(3);

    const results = await Promise.all(
      Array.from({ length: 30 }, () => run({ type: 'echo', ms: 2 })),
    );

    expect(new Set(results.map(({ threadId }) => threadId)).size).toBe(3);
  });

  test('rejects with a LonghaulError that has the code and path of the failure', async () => {
    const run = makePool(1);

    await expect(run({ type: 'fail' })).rejects.toMatchObject({ code: 'DISK_FULL', path: 'a' });
  });

  test.each(['die', 'exit'])('replaces a thread that %ss and fails its jobs', async (type) => {
    const run = makePool(1);

    await expect(run({ type })).rejects.toMatchObject({ code: 'BUG' });
    await expect(run({ type: 'echo', value: 7 })).resolves.toMatchObject({ echo: 7 });
  });

  test('continues with the queue after a thread died', async () => {
    const run = makePool(1);

    const results = await Promise.allSettled([
      run({ type: 'die' }),
      run({ type: 'echo' }),
      run({ type: 'echo', value: 3 }),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  test('fails the jobs that have not begun when it is stopped', async () => {
    const pool = new ThreadPool({ threads: 1, sourceRoot: '/nowhere', entry });
    const jobs = Array.from({ length: 5 }, () => pool.run({ type: 'hang' } as never));
    const outcomes = Promise.allSettled(jobs);

    await pool.dispose();

    expect(await outcomes).toEqual(
      Array(5).fill(
        expect.objectContaining({ reason: expect.objectContaining({ code: 'INTERRUPTED' }) }),
      ),
    );
    await expect(pool.run({ type: 'echo' } as never)).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });
});
