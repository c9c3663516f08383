/** Divides the bandwidth of this process among its live executions. Changes apply while they run. */
export class BandwidthShare {
  private total: number | undefined;
  private live = 0;

  /** Undefined: no limit. */
  set(bytesPerSecond: number | undefined): void {
    this.total = bytesPerSecond;
  }

  /** Adds an execution. Call the returned function when it has ended. */
  join(): () => void {
    this.live++;
    let joined = true;
    return () => {
      if (joined) this.live--;
      joined = false;
    };
  }

  /** BytesPerSecond of each live execution; -1 means no limit. */
  share(): number {
    if (this.total === undefined) return -1;
    return Math.max(1, Math.floor(this.total / Math.max(1, this.live)));
  }
}
