export function timeSkippingServer(): Promise<string>;
