// Programs that must start at once, each as one script: the modules they are made of cost more to find
// and to link than to run. They stay where they were, so that paths relative to them hold.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import webpack from 'webpack';

const PROGRAMS = ['cli/main', 'cli/alone/sync', 'engines/posix/jobs/worker'];

/** Bundles what the compiler wrote to `dist`, in place; packages stay outside, but for the one that all commands use. */
export async function bundlePrograms(dist) {
  const compiler = webpack(settings(resolve(dist)));
  const stats = await new Promise((done, fail) => {
    compiler.run((error, result) => (error ? fail(error) : done(result)));
  });
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  for (const name of PROGRAMS) {
    const file = join(dist, `${name}.js`);
    // The maps are of the modules, not of the bundle.
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/^\/\/# sourceMappingURL=.*$/gm, ''));
    rmSync(`${file}.map`, { force: true });
  }
}

function settings(dist) {
  return {
    mode: 'none',
    target: 'node20',
    node: false,
    entry: Object.fromEntries(PROGRAMS.map((name) => [name, join(dist, `${name}.js`)])),
    experiments: { outputModule: true },
    output: {
      path: dist,
      filename: '[name].js',
      module: true,
      chunkFormat: 'module',
      library: { type: 'module' },
    },
    optimization: {
      concatenateModules: true,
      providedExports: true,
      usedExports: true,
      sideEffects: true,
    },
    // What they find beside themselves is found there as before.
    module: {
      parser: {
        javascript: {
          url: false,
          importMeta: false,
          createRequire: false,
          worker: false,
          dynamicImportMode: 'eager',
        },
      },
    },
    externals: [({ request, context }, done) => done(null, external(request, context))],
  };
}

/** Folders of src/cli/ whose files are commands. */
const COMMAND_GROUP = /^\.\/(prepare|run|watch|steer|cut-over|prove|alone)\//;

/** Modules of Node that take a while to load, and that many a run makes no use of. */
const SELDOM_USED = ['crypto', 'child_process'];

/**
 * Undefined: it goes into the bundle. Each command is a program of its own, loaded when it is called. For
 * an `import` of a module of Node, or of CommonJS, Node first finds out all its exports: in each thread.
 */
function external(request, context) {
  if (context.endsWith('/cli') && COMMAND_GROUP.test(request)) return `import ${request}`;
  const [, builtin] = /^node:(.*)$/.exec(request) ?? [];
  if (SELDOM_USED.includes(builtin))
    return `var new Proxy({}, { get: (_, name) => ${builtinModule(builtin)}[name] })`;
  if (builtin) return `var ${builtinModule(builtin)}`;
  const isOurs = request.startsWith('.') || request.startsWith('/');
  if (isOurs || request === 'commander') return undefined;
  return `var ${builtinModule('module')}.createRequire(import.meta.url)(${JSON.stringify(request)})`;
}

const builtinModule = (name) => `process.getBuiltinModule("node:${name}")`;
