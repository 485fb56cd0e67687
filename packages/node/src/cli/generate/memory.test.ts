import { describe, expect, test } from 'vitest';
import { checkpointShapes } from '@graft/core/models/names';
import type { Checkpoint } from '@graft/core/models';
import { readRequest } from '@graft/core/pipeline';
import { readArguments } from '../arguments.ts';
import { PICTURE_OPTIONS } from './options.ts';
import { largestOf, memoryCheck } from './memory.ts';

const GB = 1e9;
const weights = new Map(
  [...checkpointShapes('SDXL')].map(([name, { shape }]) => [name, { name, shape, dtype: 'F16' as const }]),
);
const checkpoint = { name: 'big.safetensors', joined: () => ({ weights }) } as unknown as Checkpoint;
const check = (free: number, ...words: string[]): void =>
  memoryCheck(
    readArguments(words, PICTURE_OPTIONS),
    () => ({ width: 1024, height: 1024, batch: 1 }),
    () => free,
  )?.(checkpoint);
const hint = (text: RegExp): unknown =>
  expect.objectContaining({ code: 'memory', at: 'big.safetensors', hint: expect.stringMatching(text) as unknown });

describe('memoryCheck', () => {
  test('passes what fits', () => {
    expect(() => check(16 * GB)).not.toThrow();
    expect(() => check(8 * GB, '--low-memory')).not.toThrow();
  });

  test('says which mode would fit, or that none does', () => {
    expect(() => check(8 * GB)).toThrowError(hint(/^With --low-memory/));
    expect(() => check(4 * GB)).toThrowError(hint(/^Even with --low-memory/));
    expect(() => check(4 * GB, '--low-memory')).toThrowError(hint(/^Close/));
  });

  test('is left out where it is not wanted, or another device computes', () => {
    expect(() => check(0, '--no-memory-check')).not.toThrow();
    expect(() => check(0, '--device', 'cuda')).not.toThrow();
  });
});

describe('largestOf', () => {
  const of = (fields: Readonly<Record<string, unknown>>, kind: 'txt2img' | 'img2img' = 'txt2img'): unknown =>
    largestOf([readRequest(kind, { denoising_strength: 0.5, ...fields }, () => Uint8Array.of(1))]);

  test.each([
    [{}, { width: 512, height: 512, batch: 1 }],
    [
      { batch_size: 3, width: 64 },
      { width: 64, height: 512, batch: 3 },
    ],
    [
      { enable_hr: true, hr_scale: 2 },
      { width: 1024, height: 1024, batch: 1 },
    ],
    [
      { enable_hr: true, hr_resize_x: 768 },
      { width: 768, height: 768, batch: 1 },
    ],
    [
      { enable_hr: true, hr_resize_x: 600, hr_resize_y: 800 },
      { width: 600, height: 800, batch: 1 },
    ],
  ])('of %j', (fields, size) => {
    expect(of(fields)).toEqual(size);
  });

  test('counts the pictures to start from', () => {
    expect(of({ init_images: ['a', 'b'] }, 'img2img')).toMatchObject({ batch: 2 });
  });

  test('of none is none', () => {
    expect(largestOf([])).toBeUndefined();
  });
});
