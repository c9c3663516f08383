/** A check of source or destination that runs before anything is written. */
export interface PreflightCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** How to fix it, if it is not ok. */
  readonly fix?: string;
}
