import { describe, expect, test } from 'vitest';
import { bytesSource, encodeUtf8 } from '../bytes/index.ts';
import type { FormatFault } from '../errors/index.ts';
import {
  concat,
  floats,
  pickle,
  tensorPickle,
  torchLegacyFile,
  torchMembers,
  zipFile,
} from '../testing/torch-files.ts';
import { checkFormat } from '../testing/vitest/check-format.ts';
import { openModelFile } from './open.ts';
import { writeSafetensors } from './safetensors-write.ts';

async function safetensors(): Promise<Uint8Array> {
  const file = writeSafetensors(
    [
      { name: 'a.weight', dtype: 'F32', shape: [2, 3], read: async () => floats(1, 2, 3, 4, 5, 6) },
      { name: 'b', dtype: 'F16', shape: [], read: async () => Uint8Array.of(0, 0x3c) },
    ],
    new Map([['format', 'pt']]),
  );
  const parts: Uint8Array[] = [];
  for await (const part of file.chunks()) parts.push(part);
  return concat(...parts);
}

const WHOLE = { numel: 6, size: [2, 3], stride: [3, 1] };
const TURNED = { numel: 6, size: [3, 2], stride: [1, 3] };
const OBJECT = pickle.dict(['state_dict', pickle.dict(['w', tensorPickle(WHOLE)], ['t', tensorPickle(TURNED)])]);
const DATA = floats(1, 2, 3, 4, 5, 6);
const ZIP = torchMembers(OBJECT, [DATA]);
const SAMPLES = new Map([
  ['a safetensors file', await safetensors()],
  ['a torch zip', zipFile(ZIP)],
  ['a deflated torch zip', zipFile(ZIP.map((member) => ({ ...member, deflate: true })))],
  [
    'a torch file of before zip',
    torchLegacyFile(
      pickle.dict(
        ['w', tensorPickle({ ...WHOLE, legacy: true })],
        ['v', tensorPickle({ key: '7', numel: 6, size: [2], stride: [1], legacy: true, window: [1, 2] })],
      ),
      [
        { key: '0', numel: 6, data: DATA },
        { key: '7', numel: 6, data: DATA },
      ],
    ),
  ],
]);

describe('openModelFile', () => {
  checkFormat({
    samples: SAMPLES,
    rounds: 2000,
    async open(source) {
      const { tensors } = await openModelFile(source);
      for (const tensor of tensors.values()) if (tensor.shape.every((size) => size < 1000)) await tensor.read();
    },
  });

  test('tells containers by content, whatever the name', async () => {
    const containers = await Promise.all(
      [...SAMPLES.values()].map(async (bytes) => (await openModelFile(bytesSource('model.txt', bytes))).container),
    );
    expect(containers).toEqual(['safetensors', 'torch-zip', 'torch-zip', 'torch-legacy']);
  });

  test.each<[string, FormatFault, string | readonly number[]]>([
    ['nothing', 'not-a-model', ''],
    ['one byte', 'truncated', 'P'],
    ['a page', 'not-a-model', '<!DOCTYPE html><html><head><title>Login</title>'],
    ['a page after blanks', 'not-a-model', '\n\n  <HTML lang="en">'],
    ['a JSON answer', 'not-a-model', '{"error":"not found","status":404}'],
    ['a JSON answer whose ninth letter is a brace', 'not-a-model', '{"data":{"error":"not found"}}'],
    ['an LFS pointer', 'not-a-model', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'],
    ['a text', 'not-a-model', 'Once upon a time there was a model.'],
    ['zeros', 'not-a-model', Array.from({ length: 600 }, () => 0)],
    ['gzip', 'not-a-model', [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]],
    ['GGUF', 'unsupported', 'GGUF\x03\0\0\0\0\0'],
    ['a picture', 'not-a-model', [0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa, 0, 0, 0, 0xd]],
    ['a header beyond the limit', 'too-large', [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0x7b]],
    ['a header beyond the file', 'truncated', [9, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]],
  ])('refuses %s as %s', async (_, fault, content) => {
    const bytes = typeof content === 'string' ? encodeUtf8(content) : Uint8Array.from(content);
    await expect(openModelFile(bytesSource('model.safetensors', bytes))).rejects.toMatchObject({
      name: 'FormatError',
      fault,
      source: 'model.safetensors',
    });
  });
});
