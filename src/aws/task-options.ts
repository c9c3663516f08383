/** What every task is made with, whoever makes it. */

/** Verification and deletes are chosen by each execution; these are the harmless defaults. */
export const taskOptions = (logGroup: string | undefined) =>
  ({
    VerifyMode: 'ONLY_FILES_TRANSFERRED',
    TransferMode: 'CHANGED',
    OverwriteMode: 'ALWAYS',
    PreserveDeletedFiles: 'PRESERVE',
    PreserveDevices: 'NONE',
    PosixPermissions: 'PRESERVE',
    Uid: 'INT_VALUE',
    Gid: 'INT_VALUE',
    Atime: 'BEST_EFFORT',
    Mtime: 'PRESERVE',
    TaskQueueing: 'ENABLED',
    LogLevel: logGroup === undefined ? 'OFF' : 'BASIC',
  }) as const;
