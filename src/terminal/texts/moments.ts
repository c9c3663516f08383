/** Points in time as the texts print them. Input: ISO 8601 in UTC. */

/** Formats to the second, in UTC: '2026-11-23T09:00:00Z'. */
export const toSecond = (isoTime: string): string => `${isoTime.slice(0, 19)}Z`;

/** Formats to the minute, in UTC: '2026-11-23 09:00'. */
export const toMinute = (isoTime: string): string => isoTime.slice(0, 16).replace('T', ' ');
