import { deflateSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../bytes/index.ts';
import { inflateSource } from './inflate.ts';

const DATA = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) >> 5);
const PACKED = deflateSync(DATA);

const inflate = async (packed: Uint8Array, size: number): Promise<Uint8Array> =>
  inflateSource(bytesSource('f', packed), { start: 0, packed: packed.length, size, name: 'm' });

describe('inflateSource', () => {
  test('gives what was deflated, over many steps', async () => {
    expect(await inflate(PACKED, DATA.length)).toEqual(DATA);
  });

  test.each([
    ['more than it claims', PACKED, DATA.length - 1],
    ['less than it claims', PACKED, DATA.length + 1],
    ['data that is cut', PACKED.subarray(0, 1000), DATA.length],
    ['no deflate data', Uint8Array.of(0xff, 0xff, 0xff), 3],
    ['nothing', new Uint8Array(), 1],
  ])('refuses %s', async (_, packed, size) => {
    await expect(inflate(packed, size)).rejects.toMatchObject({ name: 'FormatError', fault: 'bad-header' });
  });

  test('stops a bomb while it unpacks', async () => {
    const bomb = deflateSync(new Uint8Array(100 * 2 ** 20), { level: 1 });
    let read = 0;
    const inner = bytesSource('f', bomb);
    const source = { ...inner, read: (start: number, end: number) => ((read += end - start), inner.read(start, end)) };
    await expect(inflateSource(source, { start: 0, packed: bomb.length, size: 1000, name: 'm' })).rejects.toMatchObject(
      { fault: 'bad-header' },
    );
    expect(read).toBeLessThan(bomb.length / 4);
  });
});
