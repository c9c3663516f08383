/** The programs that longhaul can build, with their pinned versions (tools/<folder>/go.mod). */
import type { GoTool } from './go-tool.ts';

/** The newest release that builds from the module proxy: later ones have a replace directive. */
export const TEMPORAL_CLI_VERSION = '1.5.1';

export const TEMPORAL_CLI: GoTool = {
  program: 'temporal',
  folder: 'temporal',
  cacheName: `temporal-cli-${TEMPORAL_CLI_VERSION}`,
  mainPackage: 'github.com/temporalio/cli/cmd/temporal',
  buildCost: 'about 4 minutes on two cores; 3.5 GB of Go caches',
};

/** The predecessor of `temporal`, which some operators still use; the newest version on the module proxy. */
export const TCTL: GoTool = {
  program: 'tctl',
  folder: 'tctl',
  cacheName: 'tctl-1.18.0',
  mainPackage: 'github.com/temporalio/tctl/cmd/tctl',
  buildCost: 'about a minute',
};

/** A TCP proxy that can be slowed and cut, for the demo and the tests. */
export const TOXIPROXY: GoTool = {
  program: 'toxiproxy-server',
  folder: 'toxiproxy',
  cacheName: 'toxiproxy-2.5.0',
  mainPackage: 'github.com/Shopify/toxiproxy/v2/cmd/server',
  buildCost: 'under a minute',
};

export const GO_TOOLS: readonly GoTool[] = [TEMPORAL_CLI, TCTL, TOXIPROXY];
