// Checks the arrows of docs/architecture.md: who may import whom.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packages: each may import those listed and itself. */
const PACKAGES = { core: [], node: ['core'], golden: ['core', 'node'], bench: ['core', 'node'] };

/** Folders of core, lowest first: each may import those listed and itself. */
const CORE = {
  errors: [],
  bytes: ['errors'],
  tensor: ['errors', 'bytes'],
  graph: ['errors', 'bytes', 'tensor'],
  ops: ['errors', 'tensor', 'graph'],
  onnx: ['errors', 'bytes', 'tensor', 'graph'],
  runtime: ['errors', 'bytes', 'tensor', 'graph', 'onnx'],
  nn: ['errors', 'tensor', 'graph', 'ops'],
  formats: ['errors', 'bytes', 'tensor'],
  image: ['errors', 'bytes', 'tensor'],
  models: ['errors', 'bytes', 'tensor', 'graph', 'ops', 'nn', 'formats'],
  text: ['errors', 'bytes', 'tensor'],
  diffusion: ['errors', 'tensor'],
  adapters: ['errors', 'bytes', 'tensor', 'graph', 'ops', 'nn', 'models', 'formats', 'image'],
  pipeline: [
    'errors',
    'bytes',
    'tensor',
    'graph',
    'ops',
    'onnx',
    'runtime',
    'nn',
    'formats',
    'image',
    'models',
    'text',
    'diffusion',
    'adapters',
  ],
  testing: [
    'errors',
    'bytes',
    'tensor',
    'graph',
    'ops',
    'onnx',
    'runtime',
    'nn',
    'formats',
    'image',
    'models',
    'text',
    'diffusion',
    'adapters',
    'pipeline',
  ],
};

const problems = [];
for (const [name, allowed] of Object.entries(PACKAGES)) {
  const src = join(root, 'packages', name, 'src');
  for (const file of readdirSync(src, { recursive: true }).filter((path) => path.endsWith('.ts'))) {
    const path = join(src, file);
    // The contract suites are tests, too.
    const test = /\.test\.ts$|^testing[\\/]vitest[\\/]/.test(file);
    for (const [, target] of readFileSync(path, 'utf8').matchAll(
      /^\s*(?:import|export)\b[^'"]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"][^'"]+['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
    )) {
      if (target !== undefined) check(name, allowed, src, path, target, test);
    }
  }
}
for (const problem of problems) console.log(problem);
if (problems.length > 0) process.exit(1);

function check(name, allowed, src, path, target, test) {
  const where = relative(root, path);
  const other = /^@graft\/([^/]+)/.exec(target)?.[1];
  if (other !== undefined && other !== name && !allowed.includes(other))
    problems.push(`${where}: ${name} may not import ${other}`);
  if (name !== 'core' || test) return;
  if (target.startsWith('node:')) problems.push(`${where}: core may not import ${target}`);
  if (!target.startsWith('.')) return;
  const [from] = relative(src, path).split(/[\\/]/);
  const [to] = relative(src, resolve(dirname(path), target)).split(/[\\/]/);
  if (!(from in CORE)) problems.push(`${where}: ${from} is no layer of core`);
  else if (to !== from && !CORE[from].includes(to)) problems.push(`${where}: ${from} may not import ${to}`);
}
