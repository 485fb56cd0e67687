import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const BUILT = new URL('../../dist/runtime/process.js', import.meta.url).href;

test.each([
  ['SIGKILL', 'memory'],
  ['SIGTERM', 'runtime'],
])(
  'an engine that %s ends while a question waits tells why, though nothing else keeps the command alive',
  (signal, code) => {
    const script = `
    const { startProcess } = await import(${JSON.stringify(BUILT)});
    const child = startProcess('cpu', 1);
    await child.ready;
    // It cannot answer any more, and we have not been told.
    process.kill(child.pid, '${signal}');
    await child.ask({ kind: 'run', program: 0, feeds: {} }, 'ran').catch((error) => console.log(error.code));
  `;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 15_000,
    });
    expect([status, stdout.trim()]).toEqual([0, code]);
  },
);

test('ending an engine while a question waits lets the command go on', () => {
  const script = `
    const { startProcess } = await import(${JSON.stringify(BUILT)});
    const child = startProcess('cpu', 1);
    await child.ready;
    const question = child.ask({ kind: 'run', program: 0, feeds: {} }, 'ran').catch(({ name }) => name);
    const gone = child.end();
    const name = await question;
    // The question's end must not let go of what is waited for now.
    await new Promise((resolve) => setImmediate(resolve));
    await gone;
    console.log(name);
  `;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 15_000,
  });
  expect([status, stdout.trim()]).toEqual([0, 'AbortedError']);
});

test('an engine leaves no trace in the folders of its user: the runtime keeps no record of what it is used for', () => {
  const home = mkdtempSync(join(tmpdir(), 'graft-home-'));
  try {
    const { CI: _, ...env } = process.env;
    const script = `
      const { startProcess } = await import(${JSON.stringify(BUILT)});
      const child = startProcess('cpu', 1);
      console.log((await child.ready).kind);
      await child.end();
    `;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 15_000,
      env: { ...env, HOME: home, XDG_CACHE_HOME: home, TMPDIR: home },
    });
    expect(stdout.trim()).toBe('ready');
    expect(readdirSync(home, { recursive: true })).toEqual([]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
