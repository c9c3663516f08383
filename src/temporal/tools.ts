/** The programs longhaul can build by itself, with their pinned versions (tools/<folder>/go.mod). */
import type { GoTool } from './go-tool.ts';

/** Newest release that builds from the module proxy: later ones have a replace directive. */
export const TEMPORAL_CLI_VERSION = '1.5.1';

export const TEMPORAL_CLI: GoTool = {
  program: 'temporal',
  folder: 'temporal',
  cacheName: `temporal-cli-${TEMPORAL_CLI_VERSION}`,
  mainPackage: 'github.com/temporalio/cli/cmd/temporal',
  expect: 'about 4 minutes on two cores; 3.5 GB of Go caches',
};
