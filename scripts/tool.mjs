// Prints the path of a program that longhaul uses, fetching or building it first when it must.
// Usage: node scripts/tool.mjs server|temporal|tctl|toxiproxy-server      (after the build)
//   server   any `temporal` program that can be a server, wherever it is found
import { findProgram } from '../dist/temporal/find-program.js';
import { goTool } from '../dist/temporal/go-tool.js';
import { GO_TOOLS } from '../dist/temporal/tools.js';

const onProgress = (message) => console.error(message);
const wanted = process.argv[2];
const tool = GO_TOOLS.find(({ program }) => program === wanted);
if (tool === undefined && wanted !== 'server') {
  const names = GO_TOOLS.map(({ program }) => program).join('|');
  console.error(`usage: node scripts/tool.mjs server|${names}`);
  process.exit(2);
}
try {
  console.log(
    tool === undefined
      ? (await findProgram({ onProgress })).path
      : await goTool(tool, { onProgress }),
  );
} catch (error) {
  console.error(`${error.message}\n${error.hint ?? ''}`);
  process.exit(5);
}
