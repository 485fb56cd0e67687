import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constant, input, type Value } from '@graft/core/graph';
import { encodeModel, lower } from '@graft/core/onnx';
import { add, relu } from '@graft/core/ops';
import { numel } from '@graft/core/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { startProcess } from './process.ts';
import type { WeightModel } from './protocol.ts';
import { createWorkers, type KeepTask } from './workers.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-workers-'));
const child = startProcess('cpu', 1);
const workers = createWorkers(child, 2);
afterAll(async () => {
  await workers.close();
  await child.end();
  rmSync(root, { recursive: true });
});

/** So many times two and one, to be written from a byte of a file on. */
function threes(name: string, shape: readonly number[], to = 0): KeepTask {
  const model = modelOf(add(input('x', shape), constant([1])));
  const data = new Uint8Array(new Float32Array(numel(shape)).fill(2).buffer);
  const path = join(root, name);
  closeSync(openSync(path, 'a'));
  return {
    encode: async () => ({
      models: [model],
      runs: [
        {
          model: model.key,
          pieces: 1,
          feeds: [{ name: 'x', dtype: 'F32', shape, from: { data }, step: 0 }],
          results: [{ name: 'y', shape, form: { dtype: 'f32' }, to }],
        },
      ],
    }),
    path,
    size: data.length,
  };
}

function modelOf(y: Value): WeightModel {
  const bytes = encodeModel(lower({ outputs: { y } }, { weights: 'stored' }), () => ({
    location: '',
    offset: 0,
    length: 0,
  }));
  return { key: `${y.op.name} ${y.shape.join()}`, bytes };
}
const floats = (name: string): Float32Array => new Float32Array(Uint8Array.from(readFileSync(join(root, name))).buffer);

describe('workers', () => {
  test.each([
    ['by the engine', [3]],
    ['by helpers', [4, 2 ** 20]],
  ])('write results to their places, little %s', async (name, shape) => {
    await workers.keep(
      [threes(name, shape), threes(name, shape, 4 * numel(shape))].flatMap((one) => [one, one, one, one]),
    );
    const all = floats(name);
    expect(all).toHaveLength(2 * numel(shape));
    expect(all.every((value) => value === 3)).toBe(true);
  });

  test('tell what fails, and go on afterwards', async () => {
    const unfed = modelOf(relu(input('x', [1])));
    const runs = [{ model: unfed.key, pieces: 1, feeds: [], results: [] }];
    const wrong: KeepTask = { ...threes('wrong', [1]), encode: async () => ({ models: [unfed], runs }) };
    const large = Array.from({ length: 5 }, (_, i) => threes(`large${i}`, [4, 2 ** 20]));
    await expect(workers.keep([wrong])).rejects.toMatchObject({ name: 'RuntimeError' });
    await expect(workers.keep([wrong, ...large])).rejects.toMatchObject({ name: 'RuntimeError' });
    await workers.keep([threes('after', [2])]);
    expect(floats('after')).toEqual(Float32Array.of(3, 3));
  });

  test('that were closed do nothing', async () => {
    const other = createWorkers(child, 1);
    await other.close();
    await expect(other.keep([threes('closed', [1])])).rejects.toMatchObject({ name: 'AbortedError' });
  });
});
