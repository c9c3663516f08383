/**
 * A Temporal server of its own that suggests to continue as new after a few dozen events, so that a
 * test need not make thousands.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineSearchAttributeKey } from '@temporalio/common';
import { findProgram } from '../../../src/temporal/find-program.ts';
import { SEARCH_ATTRIBUTES } from '../../../src/protocol/names.ts';
import type { FlowServer } from './workflow-bench.ts';
import { quiet } from './quiet-sdk.ts';

export interface SuggestingServer extends FlowServer {
  close(): Promise<void>;
}

export const EVENTS_BEFORE_SUGGESTION = 60;

export async function suggestingServer(): Promise<SuggestingServer> {
  quiet();
  const { path } = await findProgram();
  const limit = `limit.historyCount.suggestContinueAsNew=${EVENTS_BEFORE_SUGGESTION}`;
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      extraArgs: ['--dynamic-config-value', limit],
      searchAttributes: Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) =>
        defineSearchAttributeKey(name, type),
      ),
    },
  });
  const { address, namespace = 'default' } = environment;
  return {
    connectionOptions: { address },
    namespace,
    env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
    close: () => environment.teardown(),
  };
}
