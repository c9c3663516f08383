/** The demo's slow, cuttable link for tests; toxiproxy is built once into the user's cache. */
import { missingForLink, openLink as open, type Link } from '../../../src/demo/link/link.ts';
import { goTool } from '../../../src/temporal/go-tool.ts';
import { TOXIPROXY } from '../../../src/temporal/tools.ts';

/** Why a test of the link cannot run on this machine; undefined when it can. */
export const linkMissing = missingForLink();

export async function openLink(tree: string): Promise<Link> {
  return open(
    tree,
    await goTool(TOXIPROXY, { onProgress: (message) => process.stderr.write(`${message}\n`) }),
  );
}
