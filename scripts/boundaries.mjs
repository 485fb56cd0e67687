// Checks the arrows of docs/architecture.md: who may import whom.
import { readdirSync, readFileSync } from 'node:fs';
import { posix, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Packages: each may import those listed and itself. */
const PACKAGES = { core: [], node: ['core'], golden: ['core', 'node'], bench: ['core', 'node'] };

/** Layers of core, lowest first: each may import those listed and itself, the last two all before them. */
const LAYERS = {
  errors: [],
  bytes: ['errors'],
  tensor: ['errors', 'bytes'],
  // A weight says in which bytes it lies.
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
  adapters: ['errors', 'bytes', 'tensor', 'graph', 'ops', 'nn', 'formats', 'image', 'models'],
  pipeline: undefined,
  testing: undefined,
};
const ORDER = Object.keys(LAYERS);

const IMPORT =
  /^\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

/**
 * The imports of a source that its place does not allow, one sentence each.
 * @param {string} name of its package
 * @param {string} file inside the package's src, with forward slashes
 * @param {string} text of the source
 * @param {readonly string[]} dependencies that the package may import
 * @returns {string[]}
 */
export function forbiddenImports(name, file, text, dependencies) {
  // The contract suites are tests, too.
  const test = /\.test\.ts$|^testing\/vitest\//.test(file);
  return [...text.matchAll(IMPORT)].flatMap((match) => {
    const target = match[1] ?? match[2] ?? match[3] ?? '';
    const why = forbidden(name, file, target, { test, dependencies });
    return why === undefined ? [] : [`packages/${name}/src/${file}: ${why}`];
  });
}

/** Why an import is not allowed. */
function forbidden(name, file, target, { test, dependencies }) {
  if (target.startsWith('.')) return name === 'core' && !test ? forbiddenLayer(file, target) : undefined;
  if (target.startsWith('node:')) return name === 'core' && !test ? `core may not import ${target}` : undefined;
  const [, other, layer] = /^@graft\/([^/]+)\/?([^/]*)/.exec(target) ?? [];
  if (other === undefined) {
    const module = target.split('/', target.startsWith('@') ? 2 : 1).join('/');
    return test || dependencies.includes(module) ? undefined : `${module} is no dependency of ${name}`;
  }
  if (other !== name && !PACKAGES[name].includes(other)) return `${name} may not import ${other}`;
  return layer === 'testing' && !test ? 'what ships may not import testing' : undefined;
}

/** Why a file of core may not import another. */
function forbiddenLayer(file, target) {
  const [from] = file.split('/');
  const [to] = posix.join(posix.dirname(file), target).split('/');
  if (!(from in LAYERS)) return `${from} is no layer of core`;
  const allowed = LAYERS[from] ?? ORDER.slice(0, ORDER.indexOf(from));
  return to === from || allowed.includes(to) ? undefined : `${from} may not import ${to}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('../packages', import.meta.url));
  const problems = Object.keys(PACKAGES).flatMap((name) => {
    const { dependencies = {} } = JSON.parse(readFileSync(`${root}/${name}/package.json`, 'utf8'));
    return readdirSync(`${root}/${name}/src`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        forbiddenImports(
          name,
          file.split(sep).join('/'),
          readFileSync(`${root}/${name}/src/${file}`, 'utf8'),
          Object.keys(dependencies),
        ),
      );
  });
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
