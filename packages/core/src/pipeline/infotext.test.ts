import { describe, expect, test } from 'vitest';
import { openAdapter } from '../adapters/index.ts';
import { parseInfotext } from '../formats/index.ts';
import { draw, fakeModel, fill, madeModel } from '../testing/vitest/index.ts';

import type { NetworkSource } from './extra-networks.ts';

type Fields = Readonly<Record<string, unknown>>;

async function infotext(fields: Fields, model = fakeModel()): Promise<string> {
  const [one] = await draw(fields, { models: [model] });
  return one!.infotext;
}
const settings = (override_settings: Fields): Fields => ({ override_settings });

describe('the infotext of a picture', () => {
  test('is that of the webui', async () => {
    expect(await infotext({ negative_prompt: 'dog', cfg_scale: 6.5 })).toBe(
      'a cat\nNegative prompt: dog\nSteps: 4, Sampler: Euler, Schedule type: Automatic, CFG scale: 6.5, Seed: 1, ' +
        'Size: 32x32, Model hash: 0123456789, Model: fake, Version: v1.10.1',
    );
  });

  test.each([
    [settings({ CLIP_stop_at_last_layers: 2 }), 'Clip skip', '2'],
    [settings({ randn_source: 'CPU' }), 'RNG', 'CPU'],
    [settings({ tiling: true }), 'Tiling', 'True'],
    [settings({ prediction: 'v' }), 'Prediction type', 'v'],
    [{ subseed_strength: 0.25 }, 'Variation seed strength', '0.25'],
    [{ subseed_strength: 0.25 }, 'Variation seed', '2'],
    [{ seed_resize_from_w: 64, seed_resize_from_h: 48 }, 'Seed resize from-1', '64'],
    [{ sampler_name: 'Euler a', ...settings({ eta_noise_seed_delta: 31337 }) }, 'ENSD', '31337'],
    [{ sampler_name: 'DPM++ 2M', scheduler: 'karras' }, 'Schedule type', 'Karras'],
    [settings({ s_noise: 1.5 }), 'Sigma noise', '1.5'],
    [{ prompt: '(a cat)', ...settings({ emphasis: 'No norm' }) }, 'Emphasis', 'No norm'],
    [{ prompt: '[a:cat:1.5]', ...settings({ use_old_scheduling: true }) }, 'Old prompt editing timelines', 'True'],
    [{ seed: '18446744073709551615' }, 'Seed', '18446744073709551615'],
  ])('%o tells %s', async (fields, name, value) => {
    expect(parseInfotext(await infotext(fields)).get(name)).toBe(value);
  });

  test.each([
    [{}, 'Clip skip'],
    [{}, 'Prediction type'],
    [{}, 'Denoising strength'],
    [settings({ emphasis: 'No norm' }), 'Emphasis'],
    [{ prompt: '[a:cat:2]', ...settings({ use_old_scheduling: true }) }, 'Old prompt editing timelines'],
    [{ prompt: '[a:cat:1.5]' }, 'Old prompt editing timelines'],
    [settings({ add_model_hash_to_info: false }), 'Model hash'],
    [settings({ add_model_name_to_info: false }), 'Model'],
    [settings({ add_version_to_infotext: false }), 'Version'],
    [{ sampler_name: 'Euler', ...settings({ eta_noise_seed_delta: 31337 }) }, 'ENSD'],
  ])('%o does not tell %s', async (fields, name) => {
    expect(await infotext(fields)).not.toContain(`${name}: `);
  });

  test('names a VAE that took the place of the own one', async () => {
    const vae = { name: 'other.pt', hash: async () => 'abcdef0123' };
    const base = fakeModel();
    const model = { ...base, vae };
    const text = await infotext({}, model);
    expect(text).toContain('VAE hash: abcdef0123, VAE: other.pt');
    expect(await infotext(settings({ add_vae_name_to_info: false, add_vae_hash_to_info: false }), model)).not.toContain(
      'VAE',
    );
  });

  test('leaves out a hash that is not known', async () => {
    expect(await infotext({}, { ...fakeModel(), hash: async () => undefined })).not.toContain('Model hash');
  });

  test('tells hashes of adapters, unless they are not wanted', async () => {
    const network = await openAdapter(await madeModel('a', { 'lora_unet_conv_in.diff': fill(1, [2, 2, 3, 3]) }));
    const networks: NetworkSource = {
      adapter: async (name) => ({ name, network, bases: [], hash: async () => '0123456789ab' }),
      hypernetwork: async () => undefined,
      embeddings: async () => [],
    };
    const told = async (option: boolean): Promise<unknown> => {
      const fields = { prompt: 'a cat <lora:a:1>', ...settings({ lora_add_hashes_to_infotext: option }) };
      const [one] = await draw(fields, { networks });
      return parseInfotext(one!.infotext).get('Lora hashes');
    };
    expect(await told(true)).toBe('a: 0123456789ab');
    expect(await told(false)).toBeUndefined();
  });

  test.each(['[a:cat:1.5]', 'a cat'])('tells old timelines of a second pass once, after "%s"', async (prompt) => {
    const second = { enable_hr: true, hr_upscaler: 'Latent', denoising_strength: 0.5, hr_prompt: '[a:dog:1.5]' };
    const text = await infotext({ ...second, prompt, ...settings({ use_old_scheduling: true }) });
    expect(text.split('Old prompt editing timelines: True')).toHaveLength(2);
  });
});
