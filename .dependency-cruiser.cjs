/** The architecture as rules: each says why it exists. */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle means that two files are one concern.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'policy-is-pure',
      comment:
        'Decisions take values and return values, so that tables of tests and replays can prove them.',
      severity: 'error',
      from: { path: '^src/policy' },
      to: { pathNot: '^src/(policy|model|errors/|paths\\.ts|units\\.ts)' },
    },
    {
      name: 'model-is-the-ground',
      comment: 'The words of the glossary as types: every room may use them.',
      severity: 'error',
      from: { path: '^src/model' },
      to: { pathNot: '^src/(model|errors/|paths\\.ts|units\\.ts)' },
    },
    {
      name: 'decisions-of-a-migration-know-no-aws',
      comment: 'What every migration decides by must not depend on one engine.',
      severity: 'error',
      from: { path: '^src/policy/(chunks|rounds|link|assess)/' },
      to: { path: '^src/policy/(datasync|iam|provision|account)/' },
    },
    {
      name: 'threads-do-not-know-the-main-thread',
      comment: 'Jobs, writes and system calls run in worker threads: no step, no pool.',
      severity: 'error',
      from: { path: '^src/engines/posix/(jobs|write|native)/' },
      to: { path: '^src/engines/posix/(steps|pool)/' },
    },
    {
      name: 'workflows-import-values-from-policy-and-protocol-only',
      comment: 'Everything a workflow imports runs in the deterministic sandbox for ever.',
      severity: 'error',
      from: { path: '^src/workflows' },
      to: {
        pathNot:
          '^(src/(workflows|protocol|model|policy|errors/|paths\\.ts|units\\.ts)|node_modules/@temporalio/(workflow|common)|node_modules/protobufjs)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'engines-do-not-see-each-other',
      comment: 'An engine must be removable.',
      severity: 'error',
      from: { path: '^src/engines/([^/]+)/' },
      to: { path: '^src/engines/([^/]+)/', pathNot: '^src/engines/$1/' },
    },
    {
      name: 'engines-do-not-know-temporal',
      comment: 'An engine runs in a test, in `longhaul sync` and in an activity alike.',
      severity: 'error',
      from: { path: '^src/(engines|ledger|spec)' },
      to: { path: '@temporalio' },
    },
    {
      name: 'cli-speaks-through-client',
      comment: 'One door to Temporal keeps names, retries and errors in one place.',
      severity: 'error',
      from: { path: '^src/(cli|dashboard)/' },
      to: { path: '@temporalio/(client|worker|workflow|activity)' },
    },
    {
      name: 'only-deps-constructs',
      comment: 'The composition root is the one place that decides what is real.',
      severity: 'error',
      from: { path: '^src/(activities|workflows)' },
      to: { path: '^src/(engines/(posix|datasync)|workers)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports is dead.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src',
        pathNot:
          '(\\.d\\.ts$|^src/cli/main\\.ts$|^src/engines/posix/jobs/worker\\.ts$|^src/demo/writer\\.ts$|^src/workflows/index\\.ts$)',
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
