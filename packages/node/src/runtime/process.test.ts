import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test.each([
  ['SIGKILL', 'memory'],
  ['SIGTERM', 'runtime'],
])(
  'an engine that %s ends while a question waits tells why, though nothing else keeps the command alive',
  (signal, code) => {
    const built = new URL('../../dist/runtime/process.js', import.meta.url).href;
    const script = `
    const { startProcess } = await import(${JSON.stringify(built)});
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
