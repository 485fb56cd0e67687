import { describe, expect, test } from 'vitest';
import { draw } from '../testing/vitest/index.ts';
import { parseInfotext } from '../formats/index.ts';

/** The settings that a picture's notes name, and what its text says of the delta of seeds. */
async function told(
  override_settings: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly notes: readonly string[]; readonly ensd: unknown }> {
  const [one] = await draw({ ...fields, override_settings });
  const notes = one!.notes.map((note) => /^The setting "(\w+)" is not written/.exec(note)?.[1] ?? note);
  return { notes, ensd: parseInfotext(one!.infotext).get('ENSD') };
}

describe('settings that texts have no words for', () => {
  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ uni_pc_skip_type: 'logSNR' }, { sampler_name: 'UniPC' }],
    [{ use_old_karras_scheduler_sigmas: true }, { scheduler: 'Karras' }],
    [{ enable_quantization: true }, {}],
    [{ use_old_emphasis_implementation: true }, { prompt: 'a (cat)' }],
    [{ cfg_rescale: 0.5 }, {}],
    [{ eta_noise_seed_delta: 5 }, { sampler_name: 'LCM' }],
  ])('are noted where they act: %j', async (settings, fields) => {
    expect((await told(settings, fields)).notes).toEqual(Object.keys(settings));
  });

  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ uni_pc_skip_type: 'logSNR' }, {}],
    [{ use_old_karras_scheduler_sigmas: true }, { sampler_name: 'DDIM' }],
    [{ use_old_emphasis_implementation: true }, {}],
    [{ overlay_inpaint: false, sdxl_crop_top: 5, hires_fix_use_firstpass_conds: true }, {}],
    [{ eta_noise_seed_delta: 5, s_churn: 0 }, {}],
    [{ s_churn: 2, CLIP_stop_at_last_layers: 2 }, {}],
  ])('are not where they do not, nor where texts tell them: %j', async (settings, fields) => {
    expect((await told(settings, fields)).notes).toEqual([]);
  });

  test('churn is noted where the request itself has it', async () => {
    expect((await told({}, { s_churn: 2 })).notes).toEqual(['s_churn']);
    expect((await told({}, { s_churn: 2, sampler_name: 'DDIM' })).notes).toEqual([]);
  });
});

test.each([
  ['Euler a', {}, '5'],
  ['Euler a', { eta_ancestral: 0 }, undefined],
  ['Euler', {}, undefined],
  ['Euler', { s_churn: 2 }, '5'],
])('the delta of seeds is told where noise is renewed: %s %j', async (sampler_name, settings, ensd) => {
  expect((await told({ ...settings, eta_noise_seed_delta: 5 }, { sampler_name })).ensd).toBe(ensd);
});
