import { describe, expect, test } from 'vitest';
import type { Picture } from '../image/index.ts';
import { draw, fakeModel, type FakeModel } from '../testing/vitest/index.ts';
import type { Progress } from './context.ts';
import { passNoise } from './pass.ts';
import type { Job } from './job.ts';

describe('a pass', () => {
  test('has the UNet loaded before its first step, beside the texts', async () => {
    const events: string[] = [];
    const fake = fakeModel({ onCall: () => events.push('call') });
    const { te1 } = fake.networks.texts;
    const model: FakeModel = {
      ...fake,
      networks: {
        ...fake.networks,
        async prepare({ height, width }) {
          events.push(`load ${width}×${height}`);
          await Promise.resolve();
          events.push('loaded');
        },
        texts: {
          te1: {
            ...te1!,
            async encode(...given) {
              events.push('text');
              return te1!.encode(...given);
            },
          },
        },
      },
    };
    const hooks = { trace: { onStart: () => events.push('start') } };
    const own: FakeModel = { ...model, with: async () => ({ model: own, notes: [] }) };
    await draw({ steps: 1, width: 32, height: 40 }, { models: [own], hooks });
    expect(events[0]).toBe('load 4×5');
    expect(events).toContain('text');
    expect(events.indexOf('loaded')).toBeLessThan(events.indexOf('start'));
    expect(events.indexOf('start')).toBeLessThan(events.indexOf('call'));
  });

  test('loads nothing where no call comes', async () => {
    let loads = 0;
    const fake = fakeModel();
    const networks = { ...fake.networks, prepare: async () => void loads++ };
    const model: FakeModel = { ...fake, networks, with: async () => ({ model, notes: [] }) };
    await draw({ sampler_name: 'DDIM', steps: 1 }, { models: [model] });
    expect([loads, fake.calls.length]).toEqual([0, 0]);
  });

  test('tells what its networks have to say', async () => {
    const fake = fakeModel();
    const model: FakeModel = { ...fake, with: async () => ({ model: fake, notes: ['a note'] }) };
    const [one] = await draw({}, { models: [model] });
    expect(one!.notes).toEqual(['a note']);
  });

  test('gives a preview to who asked for one before it was stopped', async () => {
    const cancel = { aborted: false };
    const previews: Promise<Picture>[] = [];
    const onProgress = (progress: Progress): void => {
      previews.push(progress.preview());
      cancel.aborted = true;
    };
    await expect(draw({}, { hooks: { cancel, onProgress } })).rejects.toMatchObject({ code: 'aborted' });
    expect(await previews[0]).toMatchObject({ width: 4, height: 4 });
  });
});

test('the noise of a pass counts as drawn by the process', () => {
  const drawn: unknown[] = [];
  const job = {
    request: {
      subseed_strength: 0,
      seed_resize_from_h: -1,
      seed_resize_from_w: -1,
      options: { eta_noise_seed_delta: 0 },
    },
    source: 'CPU',
    random: { afterStart: (seeds: unknown) => drawn.push(seeds) },
  } as unknown as Job;
  const { noise, start } = passNoise(job, { shape: [4, 2, 2], seeds: [1n, 2n], subseeds: [3n, 4n] });
  expect(start).toHaveLength(2 * 4 * 2 * 2);
  expect(noise.next()).not.toEqual(start);
  expect(drawn).toEqual([[1n, 2n]]);
});
