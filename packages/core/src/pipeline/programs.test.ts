import { describe, expect, test } from 'vitest';
import { AbortedError, SdError } from '../errors/index.ts';
import { input, weight, type Graph } from '../graph/index.ts';
import { relu } from '../ops/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { createPrograms } from './programs.ts';

/** A runtime that notes what is asked of it. `fail`: whether its next load fails. */
function fakeRuntime(): { readonly runtime: Runtime; readonly log: string[]; fail: boolean } {
  const log: string[] = [];
  const state = { runtime: {} as Runtime, log, fail: false };
  state.runtime = {
    name: 'fake',
    traits: { weights: 'f32', block: 0 },
    async load(model) {
      const name = model.outputs[0]!.name;
      log.push(`load ${name}`);
      if (state.fail) throw new SdError('memory', 'none left');
      return {
        async run(_, cancel) {
          if (cancel?.aborted === true) throw new AbortedError();
          log.push(`run ${name}`);
          return {};
        },
        release: async () => void log.push(`release ${name}`),
      };
    },
    close: async () => {},
  };
  return state;
}

const graph = (name: string) => (): Graph => ({ outputs: { [name]: relu(input('x', [1])) } });

describe('programs', () => {
  test('are compiled once, when they are first needed', async () => {
    const { runtime, log } = fakeRuntime();
    const programs = createPrograms(runtime);
    await programs.prepare('a', graph('a'));
    await Promise.all([
      programs.run('a', graph('a'), {}),
      programs.run('b', graph('b'), {}),
      programs.run('b', graph('b'), {}),
    ]);
    expect(log.filter((line) => line.startsWith('load'))).toEqual(['load a', 'load b']);
    expect(log.filter((line) => line.startsWith('run')).sort()).toEqual(['run a', 'run b', 'run b']);
  });

  test('that failed to load are tried again', async () => {
    const fake = fakeRuntime();
    const programs = createPrograms(fake.runtime);
    fake.fail = true;
    await expect(programs.run('a', graph('a'), {})).rejects.toMatchObject({ code: 'memory' });
    fake.fail = false;
    await programs.run('a', graph('a'), {});
    expect(fake.log).toEqual(['load a', 'load a', 'run a']);
  });

  test('pass the wish to stop on', async () => {
    const { runtime } = fakeRuntime();
    const programs = createPrograms(runtime);
    await expect(programs.run('a', graph('a'), {}, { aborted: true })).rejects.toMatchObject({ code: 'aborted' });
  });

  test('make room for each other, and are made again', async () => {
    const { runtime, log } = fakeRuntime();
    const programs = createPrograms({ ...runtime, traits: { ...runtime.traits, keep: 0 } });
    const weighty = (name: string) => (): Graph => ({
      seldom: true,
      outputs: { [name]: relu(weight(shapesOnly({ w: [4] }).get('w')!)) },
    });
    await programs.prepare('a', weighty('a'));
    await programs.run('b', weighty('b'), {});
    expect(log).toEqual(['load a', 'load b', 'run b']);
    log.length = 0;
    for (const name of ['a', 'a', 'b']) await programs.run(name, weighty(name), {});
    expect(log).toEqual(['release b', 'run a', 'run a', 'load b', 'release a', 'run b']);
    log.length = 0;
    // Both are asked for at once: whatever goes while the other waits is made again.
    await Promise.all(['a', 'b', 'a'].map((name) => programs.run(name, weighty(name), {})));
    expect(log.filter((line) => line.startsWith('run')).sort()).toEqual(['run a', 'run a', 'run b']);
  });

  test('are freed once, and made again when they are needed again', async () => {
    const fake = fakeRuntime();
    const programs = createPrograms(fake.runtime);
    await programs.prepare('a', graph('a'));
    fake.fail = true;
    const failing = expect(programs.prepare('b', graph('b'))).rejects.toMatchObject({ code: 'memory' });
    await Promise.all([failing, programs.release(), programs.release()]);
    fake.fail = false;
    await programs.run('a', graph('a'), {});
    expect(fake.log).toEqual(['load a', 'load b', 'release a', 'load a', 'run a']);
  });
});
