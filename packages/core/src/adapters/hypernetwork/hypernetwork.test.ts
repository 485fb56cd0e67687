import { describe, expect, test } from 'vitest';
import { bytesSource } from '../../bytes/index.ts';
import { AdapterError, FormatError, ShapeError } from '../../errors/index.ts';
import type { PickleValue } from '../../formats/index.ts';
import { input, printGraph, scalar, type WeightRef } from '../../graph/index.ts';
import type { OpenedModel, UNetConfig } from '../../models/index.ts';
import { fill, madeModel } from '../../testing/vitest/index.ts';
import { attentionWidths, hypernetworkContext, liveHypernetworks } from './context.ts';
import { applyHypernetwork, openHypernetwork, type Hypernetwork } from './hypernetwork.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;

/** The tensors of a pair of modules, `shapes` being those of one. */
function pair(width: number, shapes: Shapes): Shapes {
  return Object.fromEntries(
    [0, 1].flatMap((side) => Object.entries(shapes).map(([key, shape]) => [`${width}.${side}.${key}`, shape])),
  );
}

function model(shapes: Shapes, notes: Readonly<Record<string, PickleValue>> = {}): OpenedModel {
  const weights = Object.entries(shapes).map(([name, shape]): [string, WeightRef] => {
    const bytes = new Uint8Array(4 * shape.reduce((a, b) => a * b, 1));
    return [name, { name, shape, dtype: 'F32', store: bytesSource(name, bytes), offset: 0, length: bytes.length }];
  });
  const value = new Map<PickleValue, PickleValue>(Object.entries(notes));
  return {
    file: { name: 'net.pt', container: 'torch-zip', tensors: new Map(), metadata: new Map(), value },
    weights: new Map(weights),
  };
}

const TWO = { 'linear.0.weight': [8, 4], 'linear.0.bias': [8], 'linear.1.weight': [4, 8], 'linear.1.bias': [4] };
const open = (width: number, notes?: Readonly<Record<string, PickleValue>>): Hypernetwork =>
  openHypernetwork(model(pair(width, TWO), notes), 'net');

describe('openHypernetwork', () => {
  test('what a file does not say has the value of its time', () => {
    expect(open(4)).toMatchObject({
      name: 'net',
      step: 0,
      weightInit: 'Normal',
      useDropout: false,
      structure: {
        layers: [1, 2, 1],
        activation: undefined,
        layerNorm: false,
        activateOutput: true,
        dropout: [0, 0, 0],
      },
    });
  });

  test('what it says counts', () => {
    const notes = {
      name: 'inner',
      step: 9,
      activation_func: 'linear',
      use_dropout: true,
      dropout_structure: null,
      last_layer_dropout: false,
    };
    expect(open(4, notes)).toMatchObject({
      name: 'inner',
      step: 9,
      useDropout: true,
      structure: { activation: 'linear', dropout: [0, 0, 0] },
    });
  });

  test('the first files number their layers from 1', () => {
    const old = { 'linear1.weight': [8, 4], 'linear1.bias': [8], 'linear2.weight': [4, 8], 'linear2.bias': [4] };
    const { modules } = openHypernetwork(model(pair(4, old)), 'net');
    expect([...modules.get(4)!.k.tensors.keys()].toSorted()).toEqual(['0.bias', '0.weight', '1.bias', '1.weight']);
  });

  test.each([
    ['another structure', pair(4, TWO), { layer_structure: [1, 4, 1] }],
    ['a missing tensor', { ...pair(4, TWO), '4.1.linear.1.bias': [5] }, {}],
    ['a tensor too many', { ...pair(4, TWO), '4.0.linear.7.weight': [4] }, {}],
    ['one side only', Object.fromEntries(Object.entries(pair(4, TWO)).filter(([key]) => key.startsWith('4.0'))), {}],
    ['an unknown activation', pair(4, TWO), { activation_func: 'threshold' }],
    ['a structure without ends', pair(4, TWO), { layer_structure: [2, 1] }],
  ])('%s is refused', (_, shapes, notes) => {
    expect(() => openHypernetwork(model(shapes as Shapes, notes), 'net')).toThrowError(AdapterError);
  });

  test('files of other kinds are no hypernetworks, and are told to be what they are', async () => {
    expect(() => openHypernetwork(model({ emb_params: [1, 4] }), 'net')).toThrowError(FormatError);
    const word = await madeModel('word', { emb_params: fill(1, [1, 768]) });
    expect(() => openHypernetwork(word, 'net')).toThrow(/no hypernetwork but an embedding/);
  });
});

describe('applyHypernetwork', () => {
  const { k } = open(4).modules.get(4)!;

  test('adds to what it is given', () => {
    const out = applyHypernetwork(input('x', ['b', 'n', 4]), k, { strength: input('m', []) });
    expect(out.shape).toEqual(['b', 'n', 4]);
    expect(printGraph({ outputs: { out } })).toMatch(/linear[\s\S]*linear[\s\S]*mul[\s\S]*add/);
  });

  test('another width does not fit', () => {
    expect(() => applyHypernetwork(input('x', [1, 2, 5]), k, { strength: scalar(1) })).toThrowError(ShapeError);
  });
});

describe('hypernetworkContext', () => {
  const active = [4, 6].map((width) => ({
    network:
      width === 4
        ? open(4)
        : openHypernetwork(
            model(
              pair(6, {
                'linear.0.weight': [12, 6],
                'linear.0.bias': [12],
                'linear.1.weight': [6, 12],
                'linear.1.bias': [6],
              }),
            ),
            'six',
          ),
    strength: scalar(1),
  }));

  test('a width without modules passes as it is', () => {
    const context = input('text', [1, 2, 5]);
    expect(hypernetworkContext(active)(context)).toEqual({ k: context, v: context });
  });

  test('the same context is changed once', () => {
    const door = hypernetworkContext(active);
    const context = input('text', [1, 2, 4]);
    expect(door(context)).toBe(door(context));
    expect(door(context).k).not.toBe(door(context).v);
  });

  test('networks follow one another', () => {
    const twice = hypernetworkContext([active[0]!, active[0]!])(input('text', [1, 2, 4]));
    expect(printGraph({ outputs: { k: twice.k } }).match(/linear\(/g)).toHaveLength(4);
  });
});

describe('liveHypernetworks', () => {
  test('feeds strengths and the weights that are used', async () => {
    const four = { network: open(4), strength: 0.5 };
    const { context, feeds } = await liveHypernetworks([four, { network: open(4), strength: 2 }], new Set([4]));
    context(input('text', [1, 2, 4]));
    expect(Object.keys(feeds)).toHaveLength(2 + 2 * 8);
    expect(feeds['hypernetwork.0']!.data).toEqual(Float32Array.of(0.5));
  });

  test('the same network twice has one set of weights and two strengths', async () => {
    const network = open(4);
    const { feeds } = await liveHypernetworks(
      [
        { network, strength: 1 },
        { network, strength: 2 },
      ],
      new Set([4]),
    );
    expect(Object.keys(feeds)).toHaveLength(2 + 8);
  });

  test('one program serves other strengths and other weights of one structure', async () => {
    const keys = await Promise.all(
      [open(4), open(4)].map(
        async (network, i) => (await liveHypernetworks([{ network, strength: i }], new Set([4]))).key,
      ),
    );
    expect(keys[0]).toBe(keys[1]);
    const both = await liveHypernetworks(
      [open(4), open(4)].map((network) => ({ network, strength: 1 })),
      new Set([4]),
    );
    expect(both.key).not.toBe(keys[0]);
  });

  test('a model without such widths needs nothing', async () => {
    const { feeds, context } = await liveHypernetworks([{ network: open(4), strength: 1 }], new Set([768]));
    const text = input('text', [1, 2, 4]);
    expect(feeds).toEqual({});
    expect(context(text).k).toBe(text);
  });
});

test('attention reads the text and the picture at its levels', () => {
  const config = {
    context: 768,
    channels: 320,
    input: [
      { channels: 320, depth: 1, resize: undefined },
      { channels: undefined, depth: 0, resize: 'down' },
      { channels: 640, depth: 0, resize: undefined },
    ],
    middle: 1,
    output: [{ channels: 320, depth: 1, resize: undefined }],
  } as const;
  expect(attentionWidths(config as unknown as UNetConfig)).toEqual(new Set([768, 320, 640]));
  expect(attentionWidths({ ...config, middle: -1 } as unknown as UNetConfig)).toEqual(new Set([768, 320]));
});
