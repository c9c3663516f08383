/** The bandwidth of this process, shared by its live executions and changed while they run. */
export class Governor {
  private total: number | undefined;
  private live = 0;

  set(bytesPerSecond: number | undefined): void {
    this.total = bytesPerSecond;
  }

  /** One more execution shares; call what is returned when it has ended. */
  join(): () => void {
    this.live++;
    let joined = true;
    return () => {
      if (joined) this.live--;
      joined = false;
    };
  }

  /** BytesPerSecond for each live execution; -1: no limit. */
  share(): number {
    if (this.total === undefined) return -1;
    return Math.max(1, Math.floor(this.total / Math.max(1, this.live)));
  }
}
