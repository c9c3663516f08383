/** Runs jobs concurrently and yields their results in the order of the jobs. */
export async function* inOrder<Job, Result>(
  jobs: Iterable<Job>,
  atOnce: number,
  run: (job: Job) => Promise<Result>,
): AsyncGenerator<{ readonly job: Job; readonly result: Result }, void, undefined> {
  const running: { readonly job: Job; readonly result: Promise<Result> }[] = [];
  const source = jobs[Symbol.iterator]();
  const take = (): void => {
    const next = source.next();
    if (next.done) return;
    const result = run(next.value);
    result.catch(() => undefined); // the consumer gets the error when it awaits this result
    running.push({ job: next.value, result });
  };
  try {
    for (let i = 0; i < atOnce; i++) take();
    for (let first = running.shift(); first; first = running.shift()) {
      const result = await first.result;
      take();
      yield { job: first.job, result };
    }
  } finally {
    source.return?.();
    await Promise.allSettled(running.map((one) => one.result));
  }
}
