/** A message of a worker about its own state. */
export interface WorkerMessage {
  readonly type: 'waiting' | 'ready' | 'serving' | 'refused' | 'trouble' | 'stopped';
  readonly migration?: string;
  /** One sentence. */
  readonly text: string;
}
export type OnMessage = (message: WorkerMessage) => void;
