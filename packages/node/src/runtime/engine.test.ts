import { spawnSync } from 'node:child_process';
import { checkRuntime } from '@graft/core/testing/vitest';
import { input } from '@graft/core/graph';
import { relu } from '@graft/core/ops';
import { compile } from '@graft/core/runtime';
import { tensor } from '@graft/core/tensor';
import { describe, expect, test } from 'vitest';
import { engineOver, openEngine } from './engine.ts';
import { startProcess } from './process.ts';

describe('openEngine', () => {
  checkRuntime(() => openEngine());

  test('says which device is not there, and what to do', async () => {
    const device = process.platform === 'win32' ? 'coreml' : 'dml';
    await expect(openEngine({ device })).rejects.toMatchObject({
      name: 'RuntimeError',
      hint: expect.any(String) as unknown,
    });
  });

  test('with little memory, takes weights as they are stored, in plain order', async () => {
    const engine = await openEngine({ lowMemory: true });
    expect(engine.traits).toEqual({ weights: 'stored', block: 0, keep: 0 });
    await engine.close();
  });

  test('does not keep its process alive between questions', () => {
    const built = new URL('../../dist/index.js', import.meta.url).href;
    const script = `const { openEngine } = await import(${JSON.stringify(built)}); await openEngine();`;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 15_000 });
    expect(status).toBe(0);
  });
});

describe('the process of an engine', () => {
  test.each([
    ['SIGKILL', { name: 'SdError', code: 'memory', hint: expect.any(String) as unknown }],
    ['SIGTERM', { name: 'RuntimeError', code: 'runtime' }],
  ] as const)('ended by %s is reported as what it means, now and later', async (signal, error) => {
    const child = startProcess('cpu', 1);
    const engine = await engineOver(child);
    const graph = { outputs: { y: relu(input('x', [1])) } };
    const program = await compile(engine, graph);
    process.kill(child.pid!, signal);
    // Whether the system has told us of the end or not: each of these meets another moment of it.
    for (let i = 0; i < 3; i++) await expect(program.run({ x: tensor([1]) })).rejects.toMatchObject(error);
    await expect(compile(engine, graph)).rejects.toMatchObject(error);
    await program.release();
    await engine.close();
    expect(child.alive()).toBe(false);
  });

  test('ended while it starts is no engine', async () => {
    const child = startProcess('cpu', 1);
    process.kill(child.pid!, 'SIGKILL');
    await expect(engineOver(child)).rejects.toMatchObject({ code: 'memory' });
  });
});
