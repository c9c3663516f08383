/**
 * Kills a process with -9 at its nth call of a name: `strace … -o '|exec node kill-at.mjs CALL NTH'` writes
 * here. strace holds the call meanwhile, because with --seccomp-bpf it cannot send a signal by itself.
 */
const [call, nth] = process.argv.slice(2);
const begun = new RegExp(`(\\d+) +${call}\\(`, 'g');
let text = '';
process.stdin.setEncoding('utf8').on('data', (piece) => {
  text += piece;
  const thread = [...text.matchAll(begun)][Number(nth) - 1]?.[1];
  if (thread === undefined) return;
  // The number of any thread stands for its process, which can go only when strace lets the held call go.
  for (const pid of [Number(thread), process.ppid]) process.kill(pid, 'SIGKILL');
  process.exit();
});
