import { describe, expect, test } from 'vitest';
import { bytesSource } from '../bytes/index.ts';
import type { FormatFault } from '../errors/index.ts';
import { concat, floats, pickle, tensorPickle, torchLegacyFile, type ClaimedTensor } from '../testing/torch-files.ts';
import type { ModelFile } from './model-file.ts';
import { openTorchLegacy } from './torch-legacy.ts';

const DATA = floats(1, 2, 3, 4, 5, 6);
const STORAGE = { key: '0', numel: 6, data: DATA };
const WHOLE: ClaimedTensor = { numel: 6, size: [6], stride: [1], legacy: true };
const open = async (bytes: Uint8Array): Promise<ModelFile> => openTorchLegacy(bytesSource('f', bytes));
const object = (claim: ClaimedTensor): Uint8Array => pickle.dict(['w', tensorPickle(claim)]);

describe('openTorchLegacy', () => {
  test('reads tensors of several storages in the order of the list of keys', async () => {
    const model = await open(
      torchLegacyFile(pickle.dict(['b', tensorPickle({ ...WHOLE, key: '9' })], ['a', tensorPickle(WHOLE)]), [
        STORAGE,
        { key: '9', numel: 6, data: floats(6, 5, 4, 3, 2, 1) },
      ]),
    );
    expect([...model.tensors.keys()]).toEqual(['b', 'a']);
    expect(await model.tensors.get('a')!.read()).toEqual(DATA);
    expect(await model.tensors.get('b')!.read()).toEqual(floats(6, 5, 4, 3, 2, 1));
  });

  test('reads a storage that is a window of another', async () => {
    const bytes = torchLegacyFile(object({ ...WHOLE, size: [2], window: [2, 3], offset: 1 }), [STORAGE]);
    const tensor = (await open(bytes)).tensors.get('w')!;
    expect(await tensor.read()).toEqual(floats(4, 5));
    expect(bytes.subarray(tensor.range!.offset, tensor.range!.offset + 8)).toEqual(floats(4, 5));
  });

  test('reads a pickle that is longer than the first look', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => [`weight ${i}`.padEnd(60, '.'), pickle.int(i)] as const);
    const model = await open(torchLegacyFile(pickle.dict(...many, ['w', tensorPickle(WHOLE)]), [STORAGE]));
    expect(await model.tensors.get('w')!.read()).toEqual(DATA);
  });

  test.each<[string, FormatFault, Uint8Array]>([
    ['a bare pickle', 'not-a-model', pickle.whole(pickle.int(1))],
    [
      'a bare pickle that calls',
      'forbidden-pickle',
      pickle.whole(pickle.call(pickle.global('os', 'system'), pickle.text('true'))),
    ],
    [
      'another protocol',
      'bad-header',
      concat(pickle.whole(pickle.long(0x1950a86a20f9469cfc6cn)), pickle.whole(pickle.int(1002))),
    ],
    [
      'a module with its source',
      'forbidden-pickle',
      torchLegacyFile(
        concat(
          pickle.tuple(pickle.text('module'), pickle.global('net', 'Net'), pickle.text('x.py'), pickle.text('')),
          [0x51],
        ),
        [],
      ),
    ],
    ['another number of elements', 'out-of-range', torchLegacyFile(object(WHOLE), [{ ...STORAGE, numel: 5 }])],
    ['a negative number of elements', 'out-of-range', torchLegacyFile(object(WHOLE), [{ ...STORAGE, numel: -6 }])],
    ['missing data', 'truncated', torchLegacyFile(object(WHOLE), [{ ...STORAGE, data: DATA.subarray(1) }])],
    ['no storage', 'out-of-range', torchLegacyFile(object(WHOLE), [])],
    ['a storage that nothing uses', 'bad-header', torchLegacyFile(object(WHOLE), [STORAGE, { ...STORAGE, key: '5' }])],
    ['a storage twice', 'bad-header', torchLegacyFile(object(WHOLE), [STORAGE, STORAGE])],
    [
      'a window past the end',
      'out-of-range',
      torchLegacyFile(object({ ...WHOLE, size: [1], window: [5, 2] }), [STORAGE]),
    ],
    [
      'a window before the start',
      'out-of-range',
      torchLegacyFile(object({ ...WHOLE, size: [1], window: [-1, 2] }), [STORAGE]),
    ],
  ])('refuses %s as %s', async (_, fault, bytes) => {
    await expect(open(bytes)).rejects.toMatchObject({ name: 'FormatError', fault });
  });
});
