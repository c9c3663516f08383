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

/** The predecessor of `temporal`, for operators who still have it; newest that the proxy gives. */
export const TCTL: GoTool = {
  program: 'tctl',
  folder: 'tctl',
  cacheName: 'tctl-1.18.0',
  mainPackage: 'github.com/temporalio/tctl/cmd/tctl',
  expect: 'about a minute',
};

/** A link that can be slowed and cut, for the demo and the tests. */
export const TOXIPROXY: GoTool = {
  program: 'toxiproxy-server',
  folder: 'toxiproxy',
  cacheName: 'toxiproxy-2.5.0',
  mainPackage: 'github.com/Shopify/toxiproxy/v2/cmd/server',
  expect: 'under a minute',
};

export const GO_TOOLS: readonly GoTool[] = [TEMPORAL_CLI, TCTL, TOXIPROXY];
