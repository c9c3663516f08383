// Prints the path of a program that starts Temporal's Java test server, which skips time. Its class
// path is fetched once by Maven (tools/time-skipping/pom.xml) into the user's cache folder.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { withLock } from './lock.mjs';

const pom = fileURLToPath(new URL('../tools/time-skipping/pom.xml', import.meta.url));
const VERSION = /temporal-test-server<\/artifactId>\s*<version>([^<]+)/.exec(
  readFileSync(pom, 'utf8'),
)[1];
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'longhaul');
const program = join(cache, `time-skipping-${VERSION}`, 'time-skipping-server');

/** Path of the program. Throws an error that says what is missing (Java, Maven, the network). */
export async function timeSkippingServer() {
  if (existsSync(program)) return program;
  return withLock(join(cache, 'time-skipping.lock'), () => {
    if (existsSync(program)) return program;
    console.error(`fetching Temporal's time-skipping test server ${VERSION} with Maven, once`);
    mkdirSync(dirname(program), { recursive: true });
    write(classPath());
    return program;
  });
}

function classPath() {
  const file = join(dirname(program), 'class-path');
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath';
  run('mvn', ['-q', '-B', '-f', pom, goal, `-Dmdep.outputFile=${file}`]);
  run('java', ['-version']);
  return readFileSync(file, 'utf8').trim();
}

function run(command, args) {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if (error.code === 'ENOENT')
      throw new Error(`there is no ${command} on PATH`, { cause: error });
    throw new Error(`${command} failed: ${error.stdout}${error.stderr}`.trim(), { cause: error });
  }
}

/** The SDK waits 5 s for it: the quick compiler alone keeps the start short. */
function write(classes) {
  const options = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';
  const script = `#!/bin/sh\nexec java ${options} -cp '${classes}' io.temporal.testserver.TestServer "$@"\n`;
  writeFileSync(`${program}.new`, script);
  chmodSync(`${program}.new`, 0o755);
  renameSync(`${program}.new`, program);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await timeSkippingServer());
  } catch (error) {
    console.error(`The time-skipping test server cannot be had: ${error.message}`);
    process.exit(5);
  }
}
