// Installs and builds what is missing or stale, so that each command of the README works on a bare machine.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Its time is that of the last good build. */
const built = `${root}node_modules/.graft-built`;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Graft needs Node 20.19 or newer; this is ${process.version}.\n`);
  process.exit(1);
}
if (!installed()) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  run('Installing packages', npm, ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']);
}
// tsc's own incremental check takes most of a second, so it runs only when a source is newer than the last build.
if (stale()) {
  const start = new Date();
  run('Building', process.execPath, [`${root}node_modules/typescript/bin/tsc`, '--build', root]);
  writeFileSync(built, '');
  // What was saved while it built belongs to the next one.
  utimesSync(built, start, start);
}

/** Runs a tool quietly; its output is shown only when it fails. */
function run(what, command, args) {
  process.stderr.write(`${what} …\n`);
  // npm is a command file on Windows, which only a shell runs.
  const shell = command.endsWith('.cmd');
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', shell });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`);
  process.stderr.write(`${what} failed: ${command} ${args.join(' ')}\n`);
  process.exit(1);
}

/** Whether what is installed is what the lock file names. npm's own record says what is there; optional parts may be absent. */
function installed() {
  const record = `${root}node_modules/.package-lock.json`;
  if (!existsSync(record)) return false;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (!path.includes('node_modules/')) return true;
    const found = present[path];
    return found ? found.version === version && found.integrity === integrity : optional === true;
  });
}

/** Whether a source or setting was saved, added or removed since the last build. */
function stale() {
  if (!existsSync(built)) return true;
  const since = statSync(built).mtimeMs;
  const newer = (path) => statSync(path).mtimeMs > since;
  if (newer(`${root}tsconfig.json`) || newer(`${root}tsconfig.base.json`)) return true;
  const { references } = JSON.parse(readFileSync(`${root}tsconfig.json`, 'utf8'));
  return references.some(({ path }) => {
    const folder = root + dirname(path);
    if (!existsSync(`${folder}/dist`)) return true;
    if (['tsconfig.build.json', 'package.json', 'src'].some((file) => newer(`${folder}/${file}`))) return true;
    return readdirSync(`${folder}/src`, { recursive: true, withFileTypes: true }).some((entry) =>
      newer(`${entry.parentPath ?? entry.path}/${entry.name}`),
    );
  });
}
