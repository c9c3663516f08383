/** Lists come in pages of MaxResults (100 when absent), with an opaque token. */
import { invalidRequest } from '../wire/service-error.ts';

export interface PageRequest {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export function page<T>(
  items: readonly T[],
  { MaxResults = 100, NextToken }: PageRequest,
): { readonly items: readonly T[]; readonly NextToken?: string } {
  const start = NextToken === undefined ? 0 : decode(NextToken);
  const end = start + (MaxResults === 0 ? 100 : MaxResults);
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { NextToken: Buffer.from(`from ${end}`).toString('base64url') } : {}),
  };
}

function decode(token: string): number {
  const match = /^from (\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw invalidRequest('Invalid NextToken.');
  return Number(match[1]);
}

export interface ListFilter {
  readonly Name: string;
  readonly Values: readonly string[];
  readonly Operator: string;
}

/** Returns true when `actual` passes a filter of ListLocations or ListTasks. */
export function passes({ Operator, Values }: ListFilter, actual: string): boolean {
  switch (Operator) {
    case 'Equals':
    case 'In':
      return Values.includes(actual);
    case 'NotEquals':
      return !Values.includes(actual);
    case 'Contains':
      return Values.some((value) => actual.includes(value));
    case 'NotContains':
      return !Values.some((value) => actual.includes(value));
    case 'BeginsWith':
      return Values.some((value) => actual.startsWith(value));
    case 'LessThan':
      return Values.every((value) => actual < value);
    case 'LessThanOrEqual':
      return Values.every((value) => actual <= value);
    case 'GreaterThan':
      return Values.every((value) => actual > value);
    case 'GreaterThanOrEqual':
      return Values.every((value) => actual >= value);
    default:
      throw invalidRequest(`Invalid operator ${Operator}.`);
  }
}
