import { PbfReader } from 'pbf';
import { describe, expect, test } from 'vitest';
import { encodeModel } from './encode.ts';
import type { OnnxModel } from './model.ts';
import { floatWeight, memoryWeight } from '../testing/vitest/weights.ts';

type Field = number | Uint8Array;
type Message = ReadonlyMap<number, readonly Field[]>;

/** Fields of a message by number: varints and floats as numbers, everything else as bytes. */
function fields(bytes: Field | undefined): Message {
  const found = new Map<number, Field[]>();
  if (!(bytes instanceof Uint8Array)) return found;
  new PbfReader(bytes).readFields((tag, _, reader) => {
    const value =
      reader.type === 0 ? reader.readVarint(true) : reader.type === 5 ? reader.readFloat() : reader.readBytes();
    found.set(tag, [...(found.get(tag) ?? []), value]);
  }, undefined);
  return found;
}

const all = (message: Message, tag: number): readonly Field[] => message.get(tag) ?? [];
const only = (message: Message, tag: number): Field | undefined => {
  expect(all(message, tag).length).toBeLessThan(2);
  return all(message, tag)[0];
};
const texts = (message: Message, tag: number): string[] =>
  all(message, tag).map((bytes) => new TextDecoder().decode(bytes as Uint8Array));
const messages = (message: Message, tag: number): Message[] => all(message, tag).map(fields);

const MODEL: OnnxModel = {
  inputs: [
    { name: 'x', dtype: 'f32', shape: ['b', 3] },
    { name: 'ids', dtype: 'i64', shape: [] },
  ],
  outputs: [{ name: 'ÿ', dtype: 'bool', shape: ['4*h'] }],
  nodes: [
    {
      type: 'Foo',
      domain: '',
      ins: ['x', '', 'ids'],
      out: '%0',
      attrs: { axis: -1, eps: { float: 0.5 } },
      shape: ['b', 5],
    },
    { type: 'Bar', domain: 'com.microsoft', ins: ['%0'], out: 'ÿ', attrs: { mode: 'wrap', pads: [0, 300, -2] } },
  ],
  constants: [
    { name: '#0', data: Float32Array.of(1, -2.5), shape: [2] },
    { name: '#1', data: BigInt64Array.of(-1n, 2n ** 40n).subarray(1), shape: [1] },
  ],
  weights: [
    { name: '0:a', ref: floatWeight('a', [2, 2]), form: { dtype: 'f32' } },
    { name: '1:b', ref: memoryWeight('b', 'F16', [2], new Uint8Array(4)), form: { dtype: 'stored' } },
    { name: '2:c', ref: memoryWeight('c', 'BF16', [2], new Uint8Array(4)), form: { dtype: 'stored' } },
    { name: '3:d', ref: memoryWeight('d', 'F16', [2], new Uint8Array(4)), form: { dtype: 'f32' }, shape: [1, 2] },
  ],
};

// Numbers below are those of onnx.proto.
describe('encodeModel', () => {
  const model = fields(
    encodeModel(MODEL, ({ ref }) => ({
      location: `${ref.name}.bin`,
      offset: 2 ** 33 + ref.length,
      length: ref.length,
    })),
  );
  const graph = fields(only(model, 7));

  test('names its version and the operator sets that it uses', () => {
    expect(only(model, 1)).toBe(10);
    expect(messages(model, 8).map((set) => [texts(set, 1), only(set, 2)])).toEqual([
      [[''], 21],
      [['com.microsoft'], 1],
    ]);
    expect(texts(graph, 2)).toEqual(['graft']);
  });

  test('writes nodes with operands, result, operator and domain', () => {
    expect(
      messages(graph, 1).map((node) => [
        texts(node, 1),
        texts(node, 2),
        texts(node, 3),
        texts(node, 4),
        texts(node, 7),
      ]),
    ).toEqual([
      [['x', '', 'ids'], ['%0'], ['%0'], ['Foo'], []],
      [['%0'], ['ÿ'], ['ÿ'], ['Bar'], ['com.microsoft']],
    ]);
  });

  test('writes attributes of every kind', () => {
    const attrs = messages(graph, 1).flatMap((node) => messages(node, 5));
    expect(attrs.map((attr) => [texts(attr, 1)[0], only(attr, 20)])).toEqual([
      ['axis', 2],
      ['eps', 1],
      ['mode', 3],
      ['pads', 7],
    ]);
    expect(only(attrs[0]!, 3)).toBe(-1);
    expect(only(attrs[1]!, 2)).toBe(0.5);
    expect(texts(attrs[2]!, 4)).toEqual(['wrap']);
    expect(all(attrs[3]!, 8)).toEqual([0, 300, -2]);
  });

  test('writes constants with their bytes, of a view only its part', () => {
    const [floats, ints] = messages(graph, 5);
    expect([all(floats!, 1), only(floats!, 2), texts(floats!, 8)]).toEqual([[2], 1, ['#0']]);
    expect(only(floats!, 9)).toEqual(new Uint8Array(Float32Array.of(1, -2.5).buffer));
    expect([all(ints!, 1), only(ints!, 2), texts(ints!, 8)]).toEqual([[1], 7, ['#1']]);
    expect(only(ints!, 9)).toEqual(new Uint8Array(BigInt64Array.of(2n ** 40n).buffer));
  });

  test('writes weights as places in files, in the type that they have there', () => {
    const weights = messages(graph, 5).slice(2);
    expect(weights.map((weight) => [texts(weight, 8)[0], all(weight, 1), only(weight, 2), only(weight, 14)])).toEqual([
      ['0:a', [2, 2], 1, 1],
      ['1:b', [2], 10, 1],
      ['2:c', [2], 16, 1],
      ['3:d', [1, 2], 1, 1],
    ]);
    expect(messages(weights[0]!, 13).map((entry) => [texts(entry, 1)[0], texts(entry, 2)[0]])).toEqual([
      ['location', 'a.bin'],
      ['offset', String(2 ** 33 + 16)],
      ['length', '16'],
    ]);
    expect(weights.map((weight) => only(weight, 9))).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('writes inputs and outputs with type and shape, symbols by name', () => {
    const port = (message: Message): unknown[] => {
      const type = fields(only(fields(only(message, 2)), 1));
      const dims = messages(fields(only(type, 2)), 1);
      return [texts(message, 1)[0], only(type, 1), dims.map((dim) => only(dim, 1) ?? texts(dim, 2)[0])];
    };
    expect(messages(graph, 11).map(port)).toEqual([
      ['x', 1, ['b', 3]],
      ['ids', 7, []],
    ]);
    expect(messages(graph, 12).map(port)).toEqual([['ÿ', 9, ['4*h']]]);
    // And what is known of a result on the way.
    expect(messages(graph, 13).map(port)).toEqual([['%0', 1, ['b', 5]]]);
  });
});
