import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { RequestError } from '@graft/core/errors';
import { statOf } from '../files.ts';
import { checkExtension } from './check.ts';
import type { GraftExtension } from './extension.ts';
import { runModule } from './run-module.ts';

/**
 * Loads an extension: runs the entry of a package or a file, so it is only done for what the user names. `nameOrPath`: a path to a
 * JavaScript file or to a package's folder, or the name of a package in a `node_modules` at or above `folder` (the working folder if
 * absent). TypeScript works where this Node strips types.
 * Throws RequestError `extension` where there is none, where it cannot be run, and as `checkExtension` does.
 */
export async function loadExtension(nameOrPath: string, folder: string = process.cwd()): Promise<GraftExtension> {
  const entry = findEntry(nameOrPath, folder);
  const module = await runModule(entry, { field: 'extension', name: nameOrPath });
  // CommonJS arrives as the default export.
  const { extension = (module['default'] as { readonly extension?: unknown } | undefined)?.extension } = module;
  return checkExtension(extension, nameOrPath);
}

function findEntry(nameOrPath: string, folder: string): string {
  const path = resolve(folder, nameOrPath);
  const isPath = isAbsolute(nameOrPath) || /^\.{1,2}(?:[/\\]|$)/.test(nameOrPath) || isFile(path);
  const found = isPath ? entryOf(path) : entryOfPackage(nameOrPath, folder);
  if (found !== undefined) return found;
  throw new RequestError('extension', `there is no extension ${nameOrPath}`, {
    hint: isPath
      ? 'Give the path of a JavaScript file, or of the folder of a package.'
      : `Install it with: npm install ${nameOrPath}, or give a path that begins with ./`,
  });
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() === true;
}

/** The file itself, or the entry of the package in the folder. */
function entryOf(path: string): string | undefined {
  if (isFile(path)) return path;
  const manifest = join(path, 'package.json');
  if (!existsSync(manifest)) return undefined;
  const entry = join(path, entryInManifest(manifest) ?? 'index.js');
  return isFile(entry) ? entry : undefined;
}

function entryOfPackage(name: string, folder: string): string | undefined {
  const found = entryOf(join(folder, 'node_modules', name));
  const above = dirname(folder);
  return found ?? (above === folder ? undefined : entryOfPackage(name, above));
}

/** Conditions of `exports` that hold here, in the order of preference. */
const CONDITIONS = ['node', 'import', 'require', 'default'];

/** The path that a package's `exports` or `main` name for its entry. */
function entryInManifest(manifest: string): string | undefined {
  let fields: { readonly exports?: unknown; readonly main?: unknown };
  try {
    fields = JSON.parse(readFileSync(manifest, 'utf8')) as typeof fields;
  } catch {
    return undefined;
  }
  const main = typeof fields.main === 'string' ? fields.main : undefined;
  return targetOf(fields.exports) ?? main;
}

function targetOf(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const targets = exports as Readonly<Record<string, unknown>>;
  if ('.' in targets) return targetOf(targets['.']);
  return CONDITIONS.map((condition) => targetOf(targets[condition])).find((target) => target !== undefined);
}
