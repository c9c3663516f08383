// Lets Node import the sources as they are, for scripts that read them: types are stripped, nothing is checked.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const jsc = { target: 'es2022', parser: { syntax: 'typescript' } };
  const options = { jsc, module: { type: 'es6' }, swcrc: false };
  const { code } = await transform(await readFile(fileURLToPath(url), 'utf8'), options);
  return { format: 'module', source: code, shortCircuit: true };
}
