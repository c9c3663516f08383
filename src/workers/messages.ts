/** What a worker says about itself while it runs. */
export interface WorkerMessage {
  readonly type: 'waiting' | 'ready' | 'serving' | 'refused' | 'trouble' | 'stopped';
  readonly migration?: string;
  /** One sentence for people. */
  readonly text: string;
}
export type OnMessage = (message: WorkerMessage) => void;
