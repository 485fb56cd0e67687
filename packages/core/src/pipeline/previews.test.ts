import { describe, expect, test } from 'vitest';
import { SdError } from '../errors/index.ts';
import type { Picture } from '../image/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import { fakeModel, fill } from '../testing/vitest/index.ts';
import type { LoadedModel } from './model.ts';
import { createPreviews, type Previews } from './previews.ts';
import type { SmallNetwork, SmallVae } from './small-vae.ts';

const LATENTS = fill(1, [2, 4, 2, 3]);

interface FakeSmall {
  readonly has?: readonly SmallNetwork[];
  readonly decode?: () => Promise<Tensor>;
  readonly load?: Promise<void>;
}

function model({ has = [], decode, load = Promise.resolve() }: FakeSmall): LoadedModel {
  const small: SmallVae = {
    has: async (network) => has.includes(network),
    check: async () => undefined,
    prepare: () => load,
    decode: decode ?? (async (method) => tensor([1, 3, ...(method === 'TAESD' ? [16, 24] : [4, 6])])),
    encode: async () => tensor([1, 4, 2, 3]),
    release: async () => undefined,
  };
  return { ...fakeModel(), small };
}

/** Asks until a loaded decoder can have answered. */
async function later(previews: Previews): Promise<Picture> {
  let last: Picture | undefined;
  for (let i = 0; i < 10; i++) {
    previews.see(() => LATENTS);
    const picture = previews.ask();
    await previews.settle();
    last = await picture;
  }
  return last!;
}

describe('previews', () => {
  test.each([
    ['Automatic', [], 3],
    ['Automatic', ['approx-nn'], 6],
    ['Automatic', ['approx-nn', 'taesd-decoder'], 24],
    ['Approx NN', ['approx-nn', 'taesd-decoder'], 6],
    ['Approx cheap', ['taesd-decoder'], 3],
    ['Full', ['taesd-decoder'], 24],
  ] as const)('of type %s with %j', async (type, has, width) => {
    const previews = createPreviews(model({ has }), type);
    expect(await later(previews)).toMatchObject({ width });
    expect(previews.notes()).toEqual([]);
  });

  test('are rough while their decoder is loaded', async () => {
    let loaded: () => void = () => undefined;
    const load = new Promise<void>((resolve) => (loaded = resolve));
    const previews = createPreviews(model({ has: ['taesd-decoder'], load }), 'Automatic');
    expect(await later(previews)).toMatchObject({ width: 3 });
    const last = previews.ask();
    const ended = previews.end();
    loaded();
    await ended;
    expect(await last).toMatchObject({ width: 24 });
  });

  test('are made between calls, once for all who ask, and only when asked for', async () => {
    let made = 0;
    const decode = async (): Promise<Tensor> => {
      made++;
      return tensor([1, 3, 16, 24]);
    };
    const previews = createPreviews(model({ has: ['taesd-decoder'], decode }), 'TAESD');
    await later(previews);
    made = 0;
    await previews.settle();
    const [first, second] = [previews.ask(), previews.ask()];
    expect(second).toBe(first);
    expect(made).toBe(0);
    await previews.settle();
    await previews.settle();
    await first;
    expect(made).toBe(1);
  });

  test('are rough, which is said once, where the decoder is damaged', async () => {
    const load = Promise.reject(new SdError('format', 'is cut off', { at: 'taesd_decoder.pth' }));
    const previews = createPreviews(model({ has: ['taesd-decoder'], load }), 'Automatic');
    expect(await later(previews)).toMatchObject({ width: 3 });
    expect(previews.notes()).toMatchObject([expect.stringContaining('taesd_decoder.pth')]);

    const decode = (): Promise<Tensor> => Promise.reject(new SdError('model', 'gave no numbers'));
    const blind = createPreviews(model({ has: ['taesd-decoder'], decode }), 'TAESD');
    expect(await later(blind)).toMatchObject({ width: 3 });
    expect(blind.notes()).toHaveLength(1);
  });

  test('are rough, which is said, where the file that was wished is not there', async () => {
    const previews = createPreviews(model({ has: ['approx-nn'] }), 'TAESD');
    expect(await later(previews)).toMatchObject({ width: 3 });
    expect(previews.notes()).toMatchObject([expect.stringContaining('models/VAE-taesd/taesd_decoder.pth')]);
  });
});
