/**
 * The service models: operations and the shapes of their requests, from botocore by
 * scripts/update-service-models.mjs. Every request is validated against them, so that the sandbox rejects
 * what the real service would reject.
 */
import { readFileSync } from 'node:fs';

interface ShapeRef {
  readonly shape: string;
  readonly location?: 'uri' | 'querystring' | 'header';
  readonly locationName?: string;
}

export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, ShapeRef>>;
  readonly member?: ShapeRef;
  readonly value?: ShapeRef;
  readonly required?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

export interface Operation {
  readonly http: {
    readonly method: string;
    readonly requestUri: string;
    readonly responseCode?: number;
  };
  readonly input?: string;
  readonly output?: string;
  readonly errors: readonly string[];
}

export interface ServiceModel {
  readonly apiVersion: string;
  readonly targetPrefix?: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

export function loadModel(service: 'datasync' | 'efs'): ServiceModel {
  const file = new URL(`../models/${service}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as ServiceModel;
}

/** Returns the errors of `value` in the service's own words; none when it is a valid `shapeName`. */
export function violations(
  model: ServiceModel,
  shapeName: string,
  value: unknown,
  at = '',
): readonly string[] {
  const shape = model.shapes[shapeName];
  if (!shape) return [];
  switch (shape.type) {
    case 'structure':
      return structureViolations(model, shape, value, at);
    case 'list':
      return listViolations(model, shape, value, at);
    case 'map':
      return typeof value === 'object' ? [] : [wrongType(at, 'a map')];
    case 'string':
      return stringViolations(shape, value, at);
    case 'integer':
    case 'long':
    case 'double':
    case 'float':
      return numberViolations(shape, value, at);
    case 'boolean':
      return typeof value === 'boolean' ? [] : [wrongType(at, 'a boolean')];
    default:
      return [];
  }
}

function structureViolations(
  model: ServiceModel,
  shape: Shape,
  value: unknown,
  at: string,
): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [wrongType(at, 'a structure')];
  }
  const given = value as Record<string, unknown>;
  const missing = (shape.required ?? [])
    .filter((name) => given[name] === undefined || given[name] === null)
    .map(
      (name) =>
        `Value null at '${path(at, name)}' failed to satisfy constraint: Member must not be null`,
    );
  const wrong = Object.entries(shape.members ?? {}).flatMap(([name, ref]) =>
    given[name] === undefined || given[name] === null
      ? []
      : violations(model, ref.shape, given[name], path(at, name)),
  );
  return [...missing, ...wrong];
}

function listViolations(
  model: ServiceModel,
  shape: Shape,
  value: unknown,
  at: string,
): readonly string[] {
  if (!Array.isArray(value)) return [wrongType(at, 'a list')];
  const items = value as readonly unknown[];
  return [
    ...lengthViolations(shape, items.length, at),
    ...items.flatMap((item, i) =>
      shape.member ? violations(model, shape.member.shape, item, `${at}.${i + 1}.member`) : [],
    ),
  ];
}

function stringViolations(shape: Shape, value: unknown, at: string): readonly string[] {
  if (typeof value !== 'string') return [wrongType(at, 'a string')];
  const problems = [...lengthViolations(shape, value.length, at)];
  if (shape.pattern !== undefined && !patternOf(shape.pattern).test(value)) {
    problems.push(
      `Value at '${at}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${shape.pattern}`,
    );
  }
  if (shape.enum && !shape.enum.includes(value)) {
    problems.push(
      `Value '${value}' at '${at}' failed to satisfy constraint: Member must satisfy enum value set: [${shape.enum.join(', ')}]`,
    );
  }
  return problems;
}

function numberViolations(shape: Shape, value: unknown, at: string): readonly string[] {
  if (typeof value !== 'number') return [wrongType(at, 'a number')];
  if (shape.min !== undefined && value < shape.min) {
    return [
      `Value at '${at}' failed to satisfy constraint: Member must have value greater than or equal to ${shape.min}`,
    ];
  }
  if (shape.max !== undefined && value > shape.max) {
    return [
      `Value at '${at}' failed to satisfy constraint: Member must have value less than or equal to ${shape.max}`,
    ];
  }
  return [];
}

function lengthViolations(shape: Shape, length: number, at: string): readonly string[] {
  if (shape.min !== undefined && length < shape.min) {
    return [
      `Value at '${at}' failed to satisfy constraint: Member must have length greater than or equal to ${shape.min}`,
    ];
  }
  if (shape.max !== undefined && length > shape.max) {
    return [
      `Value at '${at}' failed to satisfy constraint: Member must have length less than or equal to ${shape.max}`,
    ];
  }
  return [];
}

const compiled = new Map<string, RegExp>();

/** Patterns of the model match the whole value, as in the service. */
function patternOf(pattern: string): RegExp {
  let regex = compiled.get(pattern);
  if (!regex) {
    regex = new RegExp(`^(?:${pattern})$`, /\\p\{/.test(pattern) ? 'u' : '');
    compiled.set(pattern, regex);
  }
  return regex;
}

function path(at: string, name: string): string {
  const lower = name.charAt(0).toLowerCase() + name.slice(1);
  return at === '' ? lower : `${at}.${lower}`;
}

function wrongType(at: string, expected: string): string {
  return `Value at '${at}' failed to satisfy constraint: expected ${expected}`;
}
