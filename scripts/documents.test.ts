import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
/** What is not ours to write, or is data. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', 'models', 'coverage', '.graft']);

const files = readdirSync(root)
  .filter((entry) => !LEFT_OUT.has(entry))
  .flatMap((entry) =>
    statSync(join(root, entry)).isFile()
      ? [entry]
      : readdirSync(join(root, entry), { recursive: true, encoding: 'utf8' }).map((file) => join(entry, file)),
  )
  .map((file) => file.split(sep).join('/'))
  .filter((file) => !inside(file) && statSync(join(root, file)).isFile());
const documents = files.filter((file) => file.endsWith('.md') && !file.startsWith('fixtures/'));
const texts = files.filter((file) => /\.(md|ts|mjs|json|ya?ml|txt)$|\/run$|^[A-Z.][^/]*$/.test(file) && !isData(file));

/** `packages/core/src/models` is a layer; the `models` of the root is data. */
function inside(file: string): boolean {
  return file.split('/').some((part) => part !== 'models' && LEFT_OUT.has(part));
}

function isData(file: string): boolean {
  return file.startsWith('fixtures/') && basename(file) !== 'README.md';
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Where headings of a document can be linked to, as GitHub makes them. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

describe('links of documents', () => {
  test.each(documents)('%s', (file) => {
    const text = read(file).replace(/^```[^]*?^```/gm, '');
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
      .map(([, markdown, html]) => markdown ?? html ?? '')
      .filter((link) => !/^(https?|mailto):/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? join(root, file) : join(root, dirname(file), path);
        if (!existsSync(target)) return true;
        return anchor !== undefined && !anchors(readFileSync(target, 'utf8')).includes(decodeURIComponent(anchor));
      });
    expect(broken).toEqual([]);
  });
});

test('the index of decisions has them all', () => {
  const index = read('docs/decisions/README.md');
  const pages = documents.filter((file) => dirname(file) === 'docs/decisions').map((file) => basename(file));
  expect(pages.filter((page) => page !== 'README.md' && !index.includes(`](${page})`))).toEqual([]);
});

describe('commands of documents', () => {
  test.each(['README.md', 'README.zh-CN.md'])('%s tells how to start and test', (file) => {
    expect(commands(file)).toEqual(expect.arrayContaining(['start', 'test']));
  });

  test('are scripts of package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const missing = documents.flatMap((file) =>
      commands(file).flatMap((name) => (name in scripts ? [] : [`${file}: npm run ${name}`])),
    );
    expect(missing).toEqual([]);
  });

  test('are the same in both languages', () => {
    const blocks = (file: string): string[] =>
      [...read(file).matchAll(/^```(?:bash|ts)\n([^]*?)^```/gm)].map(([, block = '']) => block.replace(/ +#.*$/gm, ''));
    expect(blocks('README.md')).not.toEqual([]);
    expect(blocks('README.zh-CN.md')).toEqual(blocks('README.md'));
  });
});

test('options in the README are options of the command', () => {
  const help = ['generate', 'compare'].map(
    (command) =>
      spawnSync(process.execPath, [join(root, 'packages/node/dist/main.js'), command, '--help'], { encoding: 'utf8' })
        .stdout,
  );
  const options = read('README.md').match(/(?<=[` ])--[a-z][a-z-]+(?=[ `])/g) ?? [];
  expect(options).toEqual(expect.arrayContaining(['--models', '--seed', '--low-memory']));
  expect(options.filter((option) => !help.some((text) => text.includes(option)))).toEqual([]);
});

/** The npm scripts that a document says to run. */
function commands(file: string): string[] {
  return [...read(file).matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, run, own]) => run ?? own ?? '');
}

describe('what is committed', () => {
  // Put together, so that this file is not what it looks for.
  const registries = [
    ['registry', 'npmjs'],
    ['registry', 'npm' + 'mirror'],
    ['registry', 'yarnpkg'],
  ];
  const places = ['work', 'home', 'root', 'Users', 'mnt'].join('|');

  test.each([
    ['registries', new RegExp(registries.map((parts) => parts.join('\\.')).join('|'), 'i')],
    ['places on a machine', new RegExp(`(?<![\\w.@:/*-])/(${places})/\\w|[A-Z]:\\\\Users\\\\`)],
  ])('names no %s', (_, pattern) => {
    const found = texts.flatMap((file) => {
      const match = pattern.exec(read(file));
      return match ? [`${file}: ${match[0]}`] : [];
    });
    expect(found).toEqual([]);
  });
});
