/** Tests run as ESM on the TypeScript sources; worker threads and the command line use the build in dist/. */
export default {
  testEnvironment: 'node',
  // src/ too: --changedSince follows imports only through files below a root.
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  globalSetup: '<rootDir>/test/support/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/jest/global-teardown.mjs',
  // What waits for a condition gives up by itself before (test/support/processes/processes.ts).
  testTimeout: 300_000,
  // The last net: what gives way to no timer.
  setupFilesAfterEnv: ['<rootDir>/test/support/jest/hang-net.ts'],
  // Not in the temporary directory: each run has one of its own.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  // One more than the cores of a small machine: much of a test is waiting for a process.
  maxWorkers: 3,
};
