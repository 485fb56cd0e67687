import { describe, expect, test } from 'vitest';
import { bytesSource, encodeUtf8 } from '../bytes/index.ts';
import type { FormatFault } from '../errors/index.ts';
import {
  concat,
  floats,
  pickle,
  tensorPickle,
  torchMembers,
  zipFile,
  type ClaimedTensor,
  type MadeMember,
} from '../testing/torch-files.ts';
import type { ModelFile } from './model-file.ts';
import { openTorchZip } from './torch-zip.ts';

const DATA = floats(1, 2, 3, 4, 5, 6);
const WHOLE = { numel: 6, size: [2, 3], stride: [3, 1] };
const open = async (members: readonly MadeMember[]): Promise<ModelFile> =>
  openTorchZip(bytesSource('f', zipFile(members)));
const openTensor = async (claim: ClaimedTensor): Promise<ModelFile> =>
  open(torchMembers(pickle.dict(['w', tensorPickle(claim)]), [DATA]));
const numbers = async (model: ModelFile, name: string): Promise<number[]> => [
  ...new Float32Array((await model.tensors.get(name)!.read()).slice().buffer),
];

/** As the webui's own embeddings look. */
const EMBEDDING = pickle.dict(
  ['string_to_token', pickle.dict(['*', pickle.int(265)])],
  ['string_to_param', pickle.dict(['*', tensorPickle(WHOLE)])],
  ['name', pickle.text('test')],
);
const SIDE = { name: 'test123/.data/serialization_id', data: encodeUtf8('0'.repeat(40)) };
const order = (text: string): MadeMember => ({ name: 'test123/byteorder', data: encodeUtf8(text) });

describe('openTorchZip', () => {
  test('names tensors by their keys and keeps the whole object', async () => {
    const model = await open(torchMembers(EMBEDDING, [DATA]));
    expect([...model.tensors.keys()]).toEqual(['string_to_param.*']);
    expect((model.value as Map<string, unknown>).get('name')).toBe('test');
    expect(await numbers(model, 'string_to_param.*')).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("leaves out a checkpoint's state_dict and what trained it", async () => {
    const model = await open(
      torchMembers(
        pickle.dict(['state_dict', pickle.dict(['a.b', tensorPickle(WHOLE)])], ['rng', tensorPickle(WHOLE)]),
        [DATA],
      ),
    );
    expect([...model.tensors.keys()]).toEqual(['a.b']);
    expect((model.value as Map<string, unknown>).get('rng')).toMatchObject({ kind: 'tensor', shape: [2, 3] });
  });

  test.each<[string, ClaimedTensor, number[], boolean]>([
    ['whole', WHOLE, [1, 2, 3, 4, 5, 6], true],
    ['a window', { ...WHOLE, offset: 1, size: [2, 2], stride: [2, 1] }, [2, 3, 4, 5], true],
    ['transposed', { ...WHOLE, size: [3, 2], stride: [1, 3] }, [1, 4, 2, 5, 3, 6], false],
    ['expanded', { ...WHOLE, size: [2, 2], stride: [0, 1] }, [1, 2, 1, 2], false],
    ['a scalar', { ...WHOLE, offset: 5, size: [], stride: [] }, [6], true],
    ['of no elements', { ...WHOLE, offset: 99, size: [0, 3], stride: [3, 1] }, [], true],
    ['with an odd stride on an axis of one', { ...WHOLE, size: [1, 3], stride: [77, 1] }, [1, 2, 3], true],
  ])('reads a tensor that is %s', async (_, claim, expected, inPlace) => {
    const model = await openTensor(claim);
    expect(await numbers(model, 'w')).toEqual(expected);
    expect(model.tensors.get('w')!.range !== undefined).toBe(inPlace);
  });

  test('gives the place of bytes in the file', async () => {
    const bytes = zipFile(torchMembers(EMBEDDING, [DATA]));
    const { range } = (await openTorchZip(bytesSource('f', bytes))).tensors.get('string_to_param.*')!;
    expect(bytes.subarray(range!.offset, range!.offset + range!.length)).toEqual(DATA);
  });

  test('unpacks deflated storages, which have no place', async () => {
    const model = await open(torchMembers(EMBEDDING, [DATA]).map((member) => ({ ...member, deflate: true })));
    expect(await numbers(model, 'string_to_param.*')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(model.tensors.get('string_to_param.*')!.range).toBeUndefined();
  });

  test.each<[string, readonly MadeMember[]]>([
    ['the members of torch 2.1', [...torchMembers(EMBEDDING, [DATA], 'test123'), SIDE, order('little')]],
    [
      'the newest members',
      [
        ...torchMembers(EMBEDDING, [DATA], 'test123'),
        SIDE,
        order('little'),
        { name: 'test123/.format_version', data: encodeUtf8('1') },
        { name: 'test123/.storage_alignment', data: encodeUtf8('64') },
      ],
    ],
    ['a comma in the folder', torchMembers(EMBEDDING, [DATA], 'mm_sdxl_nightly,ckpt')],
    [
      'a stray script beside the folder',
      [...torchMembers(EMBEDDING, [DATA]), { name: 'evil.py', data: encodeUtf8('import os') }],
    ],
  ])('opens a file with %s', async (_, members) => {
    expect((await open(members)).tensors.size).toBe(1);
  });

  test.each<[string, FormatFault, readonly MadeMember[]]>([
    [
      'two pickles in two folders',
      'bad-header',
      [...torchMembers(EMBEDDING, [DATA], 'a'), ...torchMembers(EMBEDDING, [DATA], 'b')],
    ],
    ['a member twice', 'bad-header', [...torchMembers(EMBEDDING, [DATA]), ...torchMembers(EMBEDDING, [DATA])]],
    ['big-endian numbers', 'unsupported', [...torchMembers(EMBEDDING, [DATA], 'test123'), order('big')]],
    ['an unknown byte order', 'bad-header', [...torchMembers(EMBEDDING, [DATA], 'test123'), order('middle')]],
    [
      'a program',
      'unsupported',
      [...torchMembers(EMBEDDING, [DATA]), { name: 'archive/constants.pkl', data: pickle.whole(pickle.none()) }],
    ],
    ['no pickle', 'not-a-model', [{ name: 'a.txt', data: DATA }]],
    ['NumPy arrays', 'unsupported', [{ name: 'a.npy', data: DATA }]],
    ['a model inside', 'not-a-model', [{ name: 'model.safetensors', data: DATA }]],
    ['no tensor', 'not-a-model', torchMembers(pickle.dict(['a', pickle.int(1)]), [])],
    ['no storage', 'out-of-range', torchMembers(EMBEDDING, [])],
    ['a storage that is too short', 'out-of-range', torchMembers(EMBEDDING, [DATA.subarray(4)])],
    [
      'a deflated pickle that lies about its size',
      'bad-header',
      torchMembers(EMBEDDING, [DATA]).map((member) => ({ ...member, deflate: true, claimed: member.data.length - 1 })),
    ],
    [
      'two tensors of one name',
      'bad-header',
      torchMembers(pickle.dict(['a.b', tensorPickle(WHOLE)], ['a', pickle.dict(['b', tensorPickle(WHOLE)])]), [DATA]),
    ],
  ])('refuses %s as %s', async (_, fault, members) => {
    await expect(open(members)).rejects.toMatchObject({ name: 'FormatError', fault });
  });

  test.each<[string, FormatFault, ClaimedTensor]>([
    ['an offset past the end', 'out-of-range', { ...WHOLE, offset: 1 }],
    ['a negative offset', 'out-of-range', { ...WHOLE, offset: -1 }],
    ['a negative stride', 'out-of-range', { ...WHOLE, stride: [-3, 1] }],
    ['more sizes than strides', 'bad-header', { ...WHOLE, stride: [1] }],
    ['a storage key that is a path', 'bad-header', { ...WHOLE, key: '../0' }],
    ['a quantised storage', 'forbidden-pickle', { ...WHOLE, storage: 'QInt8Storage' }],
    ['more than its storage has', 'out-of-range', { ...WHOLE, numel: 7, size: [7], stride: [1] }],
    [
      'too many axes',
      'too-large',
      { ...WHOLE, size: Array.from({ length: 65 }, () => 1), stride: Array.from({ length: 65 }, () => 1) },
    ],
  ])('refuses a tensor with %s as %s, by its name', async (_, fault, claim) => {
    await expect(openTensor(claim)).rejects.toMatchObject({ fault, message: expect.stringContaining('"w"') as string });
  });

  test('lists a view of a terabyte, and refuses to read it', async () => {
    const model = await openTensor({ ...WHOLE, size: [2 ** 30, 2 ** 10], stride: [0, 0] });
    await expect(model.tensors.get('w')!.read()).rejects.toMatchObject({ fault: 'too-large' });
  });

  test.each([20, 60])('refuses one tensor that is shared into 2^%i places', async (levels) => {
    // x → (x, x), again and again.
    const doubling = Array.from({ length: levels }, (_, i) => [0x71, i, 0x68, i, 0x86]);
    const members = torchMembers(concat(tensorPickle(WHOLE), ...doubling), [DATA]);
    await expect(open(members)).rejects.toMatchObject({ fault: 'too-large' });
  });
});
