/** The environment that points longhaul, the AWS CLI and any SDK to a sandbox. */
import type { Sandbox } from '../../sandbox/sandbox.ts';

type Environment = Readonly<Record<string, string>>;

export function environmentOf({ endpoint, world }: Sandbox): Environment {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: world.region,
    // The AWS CLI reads only this one.
    AWS_DEFAULT_REGION: world.region,
    // Any will do; without some, the clients do not ask at all.
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
  };
}

/** Lines for a shell to read. The values hold nothing that a shell would touch. */
export function environmentText(environment: Environment): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${value}`)
    .join('\n');
}
