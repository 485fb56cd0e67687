import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesSource, type ByteSource } from '@graft/core/bytes';
import { input, scalar, weight, type WeightRef } from '@graft/core/graph';
import type { OnnxModel, OnnxWeight, WeightForm } from '@graft/core/onnx';
import { add, linear, matmul, mul, reshape } from '@graft/core/ops';
import { compile } from '@graft/core/runtime';
import { tensor, widen, type DType } from '@graft/core/tensor';
import { expectClose } from '@graft/core/testing/vitest';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { fileSource, type FileSource } from '../files.ts';
import { openEngine } from './engine.ts';
import { startProcess } from './process.ts';
import { createRecipes } from './recipe.ts';
import { placeWeights, type Placed } from './weights.ts';
import { createWorkers } from './workers.ts';

const child = startProcess('cpu', 1);
const { block } = await child.ready;
const workers = createWorkers(child);
const recipes = createRecipes();
const placed = (model: OnnxModel, cache: string): Promise<Placed> => placeWeights(model, { cache, workers, recipes });
const root = realpathSync(mkdtempSync(join(tmpdir(), 'graft-weights-')));
const cache = join(root, 'cache');
const opened: FileSource[] = [];
afterAll(async () => {
  await Promise.all([workers.close(), child.end()]);
  await Promise.all(opened.map((source) => source.close()));
  rmSync(root, { recursive: true });
});
beforeEach(() => rmSync(cache, { recursive: true, force: true }));

/** 1, 2, −3 and 0.5 as float16. */
const HALVES = Uint16Array.of(0x3c00, 0x4000, 0xc200, 0x3800);
const F32: WeightForm = { dtype: 'f32' };

async function file(name: string, bytes: Uint8Array, at = root): Promise<FileSource> {
  writeFileSync(join(at, name), bytes);
  const source = await fileSource(join(at, name));
  opened.push(source);
  return source;
}

const halves = (name: string): Promise<FileSource> => file(name, new Uint8Array(HALVES.buffer));
const ref = (store: ByteSource, dtype: DType, shape: readonly number[], offset = 0, length = 8): WeightRef => ({
  name: 'w',
  dtype,
  shape,
  store,
  offset,
  length,
});
const model = (...weights: (readonly [WeightRef, WeightForm])[]): OnnxModel => ({
  inputs: [],
  outputs: [],
  nodes: [],
  constants: [],
  weights: weights.map(([one, form], i): OnnxWeight => ({ name: `${i}:${one.name}`, ref: one, form })),
});
/** The floats that a placed model would read for these of its weights. */
async function read(one: OnnxModel, weights: readonly OnnxWeight[] = one.weights): Promise<Float32Array[]> {
  const { folder, place } = await placed(one, cache);
  return weights.map((each) => {
    const { location, offset, length } = place(each);
    const bytes = new Uint8Array(length);
    const handle = openSync(join(folder, location), 'r');
    readSync(handle, bytes, 0, length, offset);
    closeSync(handle);
    return new Float32Array(bytes.buffer);
  });
}
const prepared = (): string[] => (existsSync(cache) ? readdirSync(join(cache, 'weights')) : []);

describe('in place', () => {
  test.each<[string, DType, WeightForm]>([
    ['float32', 'F32', F32],
    ['what is wanted as stored', 'F16', { dtype: 'stored' }],
  ])('lies %s, and nothing is written', async (_, dtype, form) => {
    const source = await halves('own.bin');
    const one = model([ref(source, dtype, [1], 4, 4), form], [ref(source, dtype, [1], 0, 4), form]);
    const { folder, place } = await placed(one, cache);
    expect(folder).toBe(root);
    expect(one.weights.map(place)).toEqual([
      { location: 'own.bin', offset: 4, length: 4 },
      { location: 'own.bin', offset: 0, length: 4 },
    ]);
    expect(prepared()).toEqual([]);
  });

  test('of a link is the file that it leads to, as the runtime refuses links', async () => {
    const real = join(root, 'real');
    mkdirSync(real);
    await file('target.bin', Uint8Array.of(0, 0, 128, 63), real);
    symlinkSync(join(real, 'target.bin'), join(root, 'link.bin'));
    symlinkSync(real, join(root, 'linked'));
    for (const path of [join(root, 'link.bin'), join(root, 'linked', 'target.bin')]) {
      const source = await fileSource(path);
      opened.push(source);
      const one = model([ref(source, 'F32', [1], 0, 4), F32]);
      const { folder, place } = await placed(one, cache);
      expect([folder, place(one.weights[0]!).location]).toEqual([real, 'target.bin']);
    }
  });

  test('lies nothing of a model without weights', async () => {
    await placed(model(), join(root, 'file', 'that', 'is', 'none'));
    expect(prepared()).toEqual([]);
  });
});

describe('prepared', () => {
  test('are weights of another form, each source in a file of its own, each weight at a multiple of 64 bytes', async () => {
    const [a, b] = [await halves('a.bin'), await file('b.bin', new Uint8Array(Float32Array.of(7, 8).buffer))];
    const memory = bytesSource('memory', Uint8Array.of(1, 2, 3));
    const one = model(
      [ref(a, 'F16', [2, 2]), F32],
      [ref(a, 'F16', [1], 4, 2), F32],
      [ref(b, 'F32', [1], 4, 4), F32],
      [ref(memory, 'U8', [2], 1, 2), F32],
    );
    expect(await read(one)).toEqual([
      Float32Array.of(1, 2, -3, 0.5),
      Float32Array.of(-3),
      Float32Array.of(8),
      Float32Array.of(2, 3),
    ]);
    const { place } = await placed(one, cache);
    expect(one.weights.map((each) => place(each).offset)).toEqual([0, 64, 0, 0]);
    expect(prepared()).toHaveLength(3);
  });

  test('are made once, and again if they are not whole', async () => {
    const one = model([ref(await halves('once.bin'), 'F16', [4]), F32]);
    await read(one);
    const path = join(cache, 'weights', prepared()[0]!);
    const written = openSync(path, 'r+');
    writeSync(written, new Uint8Array(16), 0, 16, 0);
    closeSync(written);
    expect(await read(one)).toEqual([new Float32Array(4)]);
    truncateSync(path, 8);
    expect(await read(one)).toEqual([Float32Array.of(1, 2, -3, 0.5)]);
    expect(prepared()).toHaveLength(1);
  });

  test('serve models that share some of them', async () => {
    const source = await halves('shared.bin');
    const [a, b, c] = [0, 2, 4].map((offset) => [ref(source, 'F16', [1], offset, 2), F32] as const);
    await read(model(a!, b!));
    expect(await read(model(b!, c!))).toEqual([Float32Array.of(2), Float32Array.of(-3)]);
    expect(prepared()).toHaveLength(2);
    expect(await read(model(c!, b!, a!))).toEqual([Float32Array.of(-3), Float32Array.of(2), Float32Array.of(1)]);
    expect(prepared()).toHaveLength(2);
  });

  test('are others for another file, part, type, shape or form', async () => {
    const [a, b] = [await halves('first.bin'), await file('second.bin', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))];
    const blocked = (block: number): WeightForm => ({ dtype: 'f32', blocked: { order: 'out', block } });
    const models = [
      model([ref(a, 'F16', [4, 1, 1, 1]), F32]),
      model([ref(a, 'F16', [2, 2, 1, 1]), F32]),
      model([ref(a, 'BF16', [4, 1, 1, 1]), F32]),
      model([ref(a, 'F16', [2], 4, 4), F32]),
      model([ref(b, 'F16', [4, 1, 1, 1]), F32]),
      model([ref(a, 'F16', [4, 1, 1, 1]), blocked(2)]),
      model([ref(a, 'F16', [4, 1, 1, 1]), blocked(4)]),
      model([ref(bytesSource('m', Uint8Array.of(1, 2)), 'F16', [1], 0, 2), F32]),
      model([ref(bytesSource('m', Uint8Array.of(1, 3)), 'F16', [1], 0, 2), F32]),
    ];
    for (const one of models) await read(one);
    expect(prepared()).toHaveLength(models.length);
  });

  test('at the same time by several are whole for each', async () => {
    const one = model([ref(await halves('busy.bin'), 'F16', [4]), F32]);
    const results = await Promise.all([read(one), read(one), read(one)]);
    for (const result of results) expect(result).toEqual([Float32Array.of(1, 2, -3, 0.5)]);
    expect(prepared()).toHaveLength(1);
  });

  test('lie in the real folder of a cache that is a link', async () => {
    mkdirSync(join(root, 'elsewhere'), { recursive: true });
    const linked = join(root, 'cache-link');
    symlinkSync(join(root, 'elsewhere'), linked);
    const { folder } = await placed(model([ref(await halves('c.bin'), 'F16', [4]), F32]), linked);
    expect(folder).toBe(join(root, 'elsewhere', 'weights'));
  });

  test('in threads are the same', async () => {
    const count = 2 ** 18;
    const source = await file(
      'large.bin',
      new Uint8Array(Uint16Array.from({ length: count }, (_, i) => i & 0x3fff).buffer),
    );
    const part = (i: number) => [ref(source, 'F16', [count / 4], (i % 4) * (count / 2), count / 2), F32] as const;
    const whole = model(...Array.from({ length: 260 }, (_, i) => part(i)));
    const four = await read(model(...[0, 1, 2, 3].map(part)));
    const last = await read(whole, whole.weights.slice(-4));
    for (const [i, data] of last.entries())
      expect(Buffer.compare(Buffer.from(data.buffer), Buffer.from(four[i]!.buffer))).toBe(0);
  });
});

describe('computed', () => {
  /** 1, 2, −3 and 0.5 times a number, to be computed. */
  const times = (source: ByteSource, factor: number): WeightRef => ({
    ...ref(bytesSource('unread', new Uint8Array(0)), 'F32', [4, 1, 1, 1], 0, 16),
    computed: mul(weight(ref(source, 'F16', [4, 1, 1, 1])), scalar(factor)),
  });

  test('are kept by what they are computed from', async () => {
    const [a, b] = [await halves('a1.bin'), bytesSource('b', new Uint8Array(HALVES.buffer))];
    const twice = model([times(a, 2), F32]);
    expect(await read(twice)).toEqual([Float32Array.of(2, 4, -6, 1)]);
    const [first] = prepared();
    // Nothing is computed again: what is there is used.
    writeFileSync(join(cache, 'weights', first!), new Uint8Array(16));
    expect(await read(twice)).toEqual([new Float32Array(4)]);
    expect(await read(model([times(a, 3), F32]))).toEqual([Float32Array.of(3, 6, -9, 1.5)]);
    expect(await read(model([times(b, 2), F32]))).toEqual([Float32Array.of(2, 4, -6, 1)]);
    expect(prepared()).toHaveLength(3);
  });

  test('are the same bytes from prepared weights, and have the same name', async () => {
    const source = await halves('a4.bin');
    const thrice = model([times(source, 3), F32]);
    expect(await read(thrice)).toEqual([Float32Array.of(3, 6, -9, 1.5)]);
    const [name] = prepared();
    rmSync(join(cache, 'weights', name!));
    await read(model([ref(source, 'F16', [4, 1, 1, 1]), F32]));
    expect(await read(thrice)).toEqual([Float32Array.of(3, 6, -9, 1.5)]);
    expect(prepared()).toContain(name);
  });

  test('come in the form that is wanted, beside others', async () => {
    const [source, stored] = [await halves('a2.bin'), await halves('a3.bin')];
    const blocked: WeightForm = { dtype: 'f32', blocked: { order: 'out', block: 2 } };
    const square = { ...times(source, 1), shape: [2, 2, 1, 1] };
    const turned = { ...square, computed: reshape(square.computed!, [2, 2, 1, 1]) };
    expect(await read(model([turned, blocked], [ref(stored, 'F16', [4]), F32]))).toEqual([
      Float32Array.of(1, -3, 2, 0.5),
      Float32Array.of(1, 2, -3, 0.5),
    ]);
  });

  // A processor without such kernels has nothing to compare.
  test.skipIf(block === 0).each([
    ['at once', 2, 3],
    ['in pieces', 64, 32],
  ])(
    'come in blocks the same, %s, computed row by row or not, from prepared weights or not',
    async (_, outBlocks, inBlocksCount) => {
      const [outs, ins, rank] = [outBlocks * block, inBlocksCount * block, block];
      const halfOf = (i: number): number => 0x3000 + ((i * 37) % 0x800);
      const all = Uint16Array.from({ length: outs * ins + rank * (outs + ins) }, (_, i) => halfOf(i));
      const source = await file('layer.bin', new Uint8Array(all.buffer));
      const stored = ref(source, 'F16', [outs, ins], 0, 2 * outs * ins);
      const up = weight(ref(source, 'F16', [outs, rank], 2 * (outs + rank) * ins, 2 * outs * rank));
      const down = weight(ref(source, 'F16', [rank, ins], 2 * outs * ins, 2 * rank * ins));
      const changed = (shape: readonly number[]): WeightRef => ({
        ...ref(bytesSource('unread', new Uint8Array(0)), 'F32', shape, 0, 4 * outs * ins),
        computed: reshape(add(weight(stored), mul(matmul(up, down), scalar(0.5))), shape),
      });
      const inBlocks: WeightForm = { dtype: 'f32', blocked: { order: 'inout', block } };
      const [plain] = await read(model([changed([outs, ins]), F32]));
      const floats = widen('F16', new Uint8Array(all.buffer));
      for (const [row, column] of [
        [0, 0],
        [outs - 1, ins - 1],
        [outs / 2, 5],
      ] as const) {
        let sum = floats[row * ins + column]!;
        for (let r = 0; r < rank; r++) {
          const [a, b] = [outs * ins + rank * ins + row * rank + r, outs * ins + r * ins + column];
          sum += 0.5 * floats[a]! * floats[b]!;
        }
        expect(plain![row * ins + column]).toBeCloseTo(sum, 4);
      }
      for (const name of prepared()) rmSync(join(cache, 'weights', name));
      const [fresh] = await read(model([changed([outs, ins, 1, 1]), inBlocks]));
      const expected = Float32Array.from(plain!, (_, at) => {
        const row = Math.floor(at / (ins * block)) * block + (at % block);
        return plain![row * ins + (Math.floor(at / block) % ins)]!;
      });
      expectClose(fresh!, expected, { abs: 1e-4, rel: 0 });
      const [made] = prepared();
      for (const name of prepared()) rmSync(join(cache, 'weights', name));
      await read(model([{ ...stored, shape: [outs, ins, 1, 1] }, inBlocks]));
      expect(await read(model([changed([outs, ins, 1, 1]), inBlocks]))).toEqual([fresh]);
      expect(prepared()).toContain(made);
    },
  );

  test('leave nothing behind when they cannot be', async () => {
    const source = await halves('lost.bin');
    rmSync(source.path);
    await expect(placed(model([times(source, 2), F32]), cache)).rejects.toMatchObject({ code: 'file' });
    expect(prepared()).toEqual([]);
  });
});

describe('what cannot be prepared is a file error, and leaves nothing behind:', () => {
  const fileError = (at: string): object => ({
    name: 'SdError',
    code: 'file',
    at,
    hint: expect.any(String) as unknown,
  });

  test('a full disk', async () => {
    const source = await halves('vast.bin');
    const one = model([ref(source, 'F16', [2 ** 48]), F32]);
    await expect(placed(one, cache)).rejects.toMatchObject(fileError(join(cache, 'weights')));
    expect(prepared()).toEqual([]);
  });

  test('a cache that is no folder', async () => {
    writeFileSync(join(root, 'no-folder'), '');
    const one = model([ref(await halves('d.bin'), 'F16', [4]), F32]);
    const at = join(root, 'no-folder');
    await expect(placed(one, at)).rejects.toMatchObject(fileError(join(at, 'weights')));
  });

  test.each<[string, DType]>([
    ['to be prepared', 'F16'],
    ['to be used in place', 'F32'],
  ])('a model %s that is gone', async (_, dtype) => {
    const source = await halves('gone.bin');
    rmSync(source.path);
    const one = model([ref(source, dtype, [dtype === 'F16' ? 4 : 2]), F32]);
    await expect(placed(one, cache)).rejects.toMatchObject(fileError(source.path));
    expect(prepared()).toEqual([]);
  });

  test.each([
    ['here', 2 ** 4],
    ['in threads', 2 ** 24],
  ])('a model that ends early, prepared %s', async (_, count) => {
    const source = await halves('short.bin');
    const one = model([ref(source, 'F16', [count], 0, 2 * count), F32]);
    await expect(placed(one, cache)).rejects.toMatchObject({ name: 'SdError', code: 'file', at: source.path });
    expect(prepared()).toEqual([]);
  });

  test('a place that is taken by a folder', async () => {
    const one = model([ref(await halves('e.bin'), 'F16', [4]), F32]);
    await read(one);
    const [name] = prepared();
    rmSync(join(cache, 'weights', name!));
    mkdirSync(join(cache, 'weights', name!, 'inside'), { recursive: true });
    await expect(placed(one, cache)).rejects.toMatchObject(fileError(join(cache, 'weights')));
    expect(prepared()).toEqual([name]);
  });
});

describe('an engine reads its weights', () => {
  test.each([
    ['prepared', {}],
    ['in place', { lowMemory: true }],
  ])('%s', async (_, options) => {
    const source = await file('run.bin', Uint8Array.of(0, ...new Uint8Array(HALVES.buffer)));
    const engine = await openEngine({ ...options, cache });
    const y = linear(input('x', ['n', 2]), weight(ref(source, 'F16', [2, 2], 1, 8)));
    const program = await compile(engine, { outputs: { y } });
    const result = await program.run({ x: tensor([1, 2], Float32Array.of(1, 10)) });
    expect(result['y']).toEqual({ shape: [1, 2], data: Float32Array.of(21, 2) });
    expect(prepared()).toHaveLength('lowMemory' in options ? 0 : 1);
    await engine.close();
  });
});
