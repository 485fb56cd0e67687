import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { input, type Value } from '@graft/core/graph';
import { encodeModel, lower, type OnnxPort } from '@graft/core/onnx';
import { add, mul } from '@graft/core/ops';
import { afterAll, describe, expect, test } from 'vitest';
import { startProcess } from './process.ts';
import type { Kept, KeptRun, WeightFeed, WeightModel } from './protocol.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-keep-'));
const child = startProcess('cpu', 1);
afterAll(async () => {
  await child.end();
  rmSync(root, { recursive: true });
});

const SHAPE = [4];
const FLOATS = Float32Array.of(1, 2, -3, 0.5);
/** The same numbers in bfloat16 and float16. */
const BRAINS = Uint16Array.of(0x3f80, 0x4000, 0xc040, 0x3f00);
const HALVES = Uint16Array.of(0x3c00, 0x4000, 0xc200, 0x3800);
const bytesOf = (data: Float32Array | Uint16Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function modelOf(key: string, outputs: Record<string, Value>, half?: string): WeightModel {
  const model = lower({ outputs }, { weights: 'stored' });
  const inputs = model.inputs.map((port): OnnxPort => (port.name === half ? { ...port, dtype: 'f16' } : port));
  // FLOAT of TensorProto.DataType.
  const cast = { type: 'Cast', domain: '', ins: [half ?? ''], out: 'wide', attrs: { to: 1 } };
  const nodes = model.nodes.map((node) => ({ ...node, ins: node.ins.map((name) => (name === half ? 'wide' : name)) }));
  const all = { ...model, inputs, nodes: half === undefined ? nodes : [cast, ...nodes] };
  return { key, bytes: encodeModel(all, () => ({ location: '', offset: 0, length: 0 })) };
}
const double = modelOf('double', { twice: mul(input('x', SHAPE), input('two', [])) });
const sum = modelOf('sum', { y: add(input('twice', SHAPE), input('z', SHAPE)) }, 'z');

const two: WeightFeed = { name: 'two', dtype: 'F32', shape: [], from: { data: bytesOf(Float32Array.of(2)) }, step: 0 };
const kept = (to: number): Kept => ({ name: 'y', shape: SHAPE, form: { dtype: 'f32' }, to });
const doubled = (x: WeightFeed): KeptRun => ({ model: 'double', pieces: 1, feeds: [x, two], results: [] });
const summed = (z: WeightFeed, to: number): KeptRun => ({ model: 'sum', pieces: 1, feeds: [z], results: [kept(to)] });

async function made(name: string, models: readonly WeightModel[], runs: readonly KeptRun[]): Promise<Float32Array> {
  const path = join(root, name);
  closeSync(openSync(path, 'w'));
  await child.ask({ kind: 'keep', path, models, runs }, 'kept');
  return new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
}

function stored(name: string, data: Float32Array | Uint16Array): { readonly path: string; readonly offset: number } {
  const path = join(root, name);
  writeFileSync(path, Buffer.concat([Buffer.alloc(3), bytesOf(data)]));
  return { path, offset: 3 };
}

describe('kept weights', () => {
  const x: WeightFeed = { name: 'x', dtype: 'BF16', shape: SHAPE, from: stored('brains', BRAINS), step: 0 };
  const z: WeightFeed = { name: 'z', dtype: 'F16', shape: SHAPE, from: stored('halves', HALVES), step: 0 };
  const data: WeightFeed = { ...x, dtype: 'F32', from: { data: bytesOf(FLOATS) } };

  test('are computed from files and memory, from any type, with what runs before have held', async () => {
    const result = await made('out', [double, sum], [doubled(x), summed(z, 16), doubled(data), summed(z, 32)]);
    expect(result).toEqual(Float32Array.of(0, 0, 0, 0, 3, 6, -9, 1.5, 3, 6, -9, 1.5));
  });

  test('in pieces lie one after the other, each made from its part of what is fed', async () => {
    const path = stored('rows', Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    const rows: WeightFeed = { ...data, name: 'twice', from: path, step: 16 };
    const other: WeightFeed = {
      ...z,
      from: { data: bytesOf(new Uint16Array([...HALVES, ...HALVES.map((one) => one ^ 0x8000)])) },
      step: 8,
    };
    const inPieces: KeptRun = { model: 'sum', pieces: 2, feeds: [rows, other], results: [kept(0)] };
    expect(await made('pieces', [sum], [inPieces])).toEqual(Float32Array.of(2, 4, 0, 4.5, 4, 4, 10, 7.5));
    const all: KeptRun = { model: 'sum', pieces: 2, feeds: [rows, z], results: [kept(0)] };
    expect(await made('shared', [sum], [all])).toEqual(Float32Array.of(2, 4, 0, 4.5, 6, 8, 4, 8.5));
  });

  test('of several requests at once do not meet', async () => {
    const requests = [1, 2, 3, 4].map((factor) => {
      const from = { data: bytesOf(FLOATS.map((value) => value * factor)) };
      return made(`out${factor}`, [double, sum], [doubled({ ...data, from }), summed(z, 0)]);
    });
    for (const [i, result] of (await Promise.all(requests)).entries())
      expect(result).toEqual(FLOATS.map((value) => value * (2 * (i + 1) + 1)));
  });

  test('of a file that ends early are an error that names it', async () => {
    const from = { path: join(root, 'halves'), offset: 3 };
    const long: WeightFeed = { ...data, from };
    await expect(made('short', [double, sum], [doubled(long)])).rejects.toThrow(/halves ended at byte 11/);
  });
});
