import { expect, test } from '@jest/globals';
import { createLog, secretMask } from '../src/log.ts';

const SECRET = 'hunter2-"quoted"\nlonger';

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let text = '';
  const destination = { write: (line: string) => (text += line) };
  const env = { AWS_SECRET_ACCESS_KEY: SECRET, DB_PASSWORD: 'abc', HOME: '/home/jo' };
  write(createLog({ level: 'info', env, destination }));
  return text;
}

test.each<[string, (log: ReturnType<typeof createLog>) => void]>([
  ['in a message', (log) => log.info(`uses ${SECRET}`)],
  ['in a member', (log) => log.info({ deep: { down: [SECRET] } }, 'x')],
  ['in an error', (log) => log.error(new Error(`cannot use ${SECRET}`))],
  ['in a child logger', (log) => log.child({ key: SECRET }).info('x')],
])('never prints a secret of the environment: %s', (_, write) => {
  const text = logged(write);

  expect(text).toContain('[redacted]');
  expect(text).not.toContain('hunter2');
  expect(() => JSON.parse(text) as unknown).not.toThrow();
});

test.each(['password', 'token', 'secretAccessKey', 'authorization'])(
  'never prints a member called %s',
  (name) => {
    const text = logged((log) => log.info({ [name]: 'pearl', a: { b: { [name]: 'pearl' } } }));

    expect(text).not.toContain('pearl');
  },
);

test('never prints the credentials of a URL, but the rest of it', () => {
  const text = logged((log) => log.info({ url: 'https://jo:pearl@host:7233/x?a=b' }, 'at'));

  expect(text).toContain('https://[redacted]@host:7233/x?a=b');
});

test('does not mask ordinary words, even if a secret is as short as one', () => {
  expect(secretMask({ DB_PASSWORD: 'abc', HOME: '/home/jo' })('abc /home/jo me@host')).toBe(
    'abc /home/jo me@host',
  );
});
