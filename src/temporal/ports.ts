/** Ports on the loopback interface. */
import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';
/** The defaults of Temporal's own tools. */
export const DEFAULT_PORT = 7233;
export const DEFAULT_UI_PORT = 8233;

/** Returns the first free port of `preferred`, otherwise any free port. */
export async function choosePort(preferred: readonly number[]): Promise<number> {
  for (const port of preferred) {
    if ((await tryPort(port)) !== undefined) return port;
  }
  const given = await tryPort(0);
  if (given === undefined) throw new Error('No free port on the loopback interface');
  return given;
}

export async function isFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== undefined;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(bound));
    });
  });
}
