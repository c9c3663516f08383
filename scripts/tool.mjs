// Prints the path of a program that longhaul builds with Go, building it first when it must.
// Usage: node scripts/tool.mjs tctl|toxiproxy-server|temporal   (after the build)
import { goTool } from '../dist/temporal/go-tool.js';
import { GO_TOOLS } from '../dist/temporal/tools.js';

const tool = GO_TOOLS.find(({ program }) => program === process.argv[2]);
if (tool === undefined) {
  console.error(`usage: node scripts/tool.mjs ${GO_TOOLS.map(({ program }) => program).join('|')}`);
  process.exit(2);
}
try {
  console.log(await goTool(tool, { onProgress: (message) => console.error(message) }));
} catch (error) {
  console.error(`${error.message}\n${error.hint ?? ''}`);
  process.exit(5);
}
