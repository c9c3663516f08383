/** The environment variables that direct longhaul, the AWS CLI and AWS SDKs to a sandbox. */
import type { Sandbox } from '../../sandbox/sandbox.ts';

type Environment = Readonly<Record<string, string>>;

export function environmentOf({ endpoint, world }: Sandbox): Environment {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: world.region,
    // The AWS CLI reads only AWS_DEFAULT_REGION.
    AWS_DEFAULT_REGION: world.region,
    // The sandbox accepts any credentials, but clients send no request without some.
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
  };
}

/** Formats `export` lines for a shell. No value needs quoting. */
export function environmentText(environment: Environment): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${value}`)
    .join('\n');
}
