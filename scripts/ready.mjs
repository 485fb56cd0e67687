// Installs and builds what is missing or stale, so that each command of the README works on a bare machine.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}node_modules/.graft-lock`;

/** Runs a tool quietly; its output is shown only when it fails. */
function run(what, command, args) {
  process.stderr.write(`${what} …\n`);
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}\n${what} failed: ${command} ${args.join(' ')}\n`);
  process.exit(1);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Graft needs Node 20.19 or newer; this is ${process.version}.\n`);
  process.exit(1);
}
const lock = readFileSync(`${root}package-lock.json`, 'utf8');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  run('Installing packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, readFileSync(`${root}package-lock.json`, 'utf8'));
}
// tsc's own incremental check takes most of a second, so it runs only when a source is newer than the last build.
if (stale()) {
  run('Building', process.execPath, [`${root}node_modules/typescript/bin/tsc`, '--build']);
  writeFileSync(`${root}node_modules/.graft-built`, '');
}

function stale() {
  const built = `${root}node_modules/.graft-built`;
  if (!existsSync(built)) return true;
  const since = statSync(built).mtimeMs;
  return readdirSync(`${root}packages`).some((name) => {
    const folder = `${root}packages/${name}`;
    if (!existsSync(`${folder}/src`)) return false;
    if (!existsSync(`${folder}/dist`)) return true;
    return readdirSync(`${folder}/src`, { recursive: true, withFileTypes: true }).some(
      (entry) => statSync(`${entry.parentPath ?? entry.path}/${entry.name}`).mtimeMs > since,
    );
  });
}
