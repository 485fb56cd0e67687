import { expect, test } from 'vitest';
import type { ByteSource } from '../../bytes/index.ts';
import { checkRange } from '../../bytes/source.ts';
import { FormatError } from '../../errors/index.ts';

/** A parser under test. */
export interface FormatUnderTest {
  /** Reads a file as far as its users would. */
  open(source: ByteSource): Promise<void>;
  /** Good files, small: at most a few kilobytes each. */
  readonly samples: ReadonlyMap<string, Uint8Array>;
  /** Damaged copies that are tried of each sample. */
  readonly rounds?: number;
}

/** A parser may read a file several times over, but not for ever. */
const READ_FACTOR = 64;

/**
 * The contract of every parser: good files open; whatever happens to their bytes, it answers or throws FormatError. The
 * damage is seeded, so a failure can be repeated: flipped bits, cuts, lengths and offsets set to telling numbers, parts
 * doubled, removed, or taken from another sample.
 */
export function checkFormat(format: FormatUnderTest): void {
  const { samples, rounds = 200 } = format;
  const all = [...samples.values()];
  for (const [name, sample] of samples) {
    test(`opens ${name}`, async () => {
      await format.open(countedSource(name, sample));
    });
    test(`answers or refuses ${name}, cut anywhere`, async () => {
      const step = Math.max(1, Math.floor(sample.length / 150));
      for (let length = 0; length < sample.length; length += step)
        await survives(sample.subarray(0, length), `cut at ${length}`);
    });
    test(`answers or refuses ${name}, damaged`, async () => {
      const random = mulberry(sample.length);
      for (let round = 0; round < rounds; round++) await survives(damaged(sample, all, random), `round ${round}`);
    });
  }

  async function survives(bytes: Uint8Array, what: string): Promise<void> {
    try {
      await format.open(countedSource('file', bytes));
    } catch (error) {
      expect(error, what).toBeInstanceOf(FormatError);
    }
  }
}

/** A source that ends an endless reader by an error that no parser throws. */
function countedSource(name: string, bytes: Uint8Array): ByteSource {
  let left = READ_FACTOR * (bytes.length + 1024);
  return {
    name,
    size: bytes.length,
    async read(start, end) {
      checkRange({ name, size: bytes.length }, start, end);
      left -= end - start + 1;
      if (left < 0) throw new Error(`reads ${bytes.length} bytes more than ${READ_FACTOR} times`);
      return bytes.subarray(start, end);
    },
  };
}

type Random = (below: number) => number;

/** Mulberry32: small, seeded, good enough to break things. */
function mulberry(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const TELLING = [
  0n,
  1n,
  2n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  1n << 53n,
  (1n << 63n) - 1n,
  (1n << 64n) - 1n,
];

function damaged(sample: Uint8Array, all: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes: Uint8Array = sample.slice();
  for (let times = 1 + random(3); times > 0; times--) bytes = DAMAGES[random(DAMAGES.length)]!(bytes, all, random);
  return bytes;
}

const DAMAGES: readonly ((bytes: Uint8Array, all: readonly Uint8Array[], random: Random) => Uint8Array)[] = [
  function flipBits(bytes, _, random) {
    for (let times = 1 + random(4); times > 0 && bytes.length > 0; times--)
      bytes[random(bytes.length)]! ^= 1 << random(8);
    return bytes;
  },
  function setNumber(bytes, _, random) {
    const width = [1, 2, 4, 8][random(4)]!;
    if (bytes.length < width) return bytes;
    const at = random(bytes.length - width + 1);
    for (let i = 0, value = TELLING[random(TELLING.length)]!; i < width; i++, value >>= 8n)
      bytes[at + i] = Number(value & 0xffn);
    return bytes;
  },
  function cut(bytes, _, random) {
    return bytes.slice(0, random(bytes.length + 1));
  },
  function remove(bytes, _, random) {
    const at = random(bytes.length + 1);
    return joined(bytes.subarray(0, at), bytes.subarray(at + random(64)));
  },
  function double(bytes, _, random) {
    const at = random(bytes.length + 1);
    const part = bytes.subarray(at, at + 1 + random(64));
    return joined(bytes.subarray(0, at), part, bytes.subarray(at));
  },
  function splice(bytes, all, random) {
    const other = all[random(all.length)]!;
    return joined(bytes.subarray(0, random(bytes.length + 1)), other.subarray(random(other.length + 1)));
  },
];

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
