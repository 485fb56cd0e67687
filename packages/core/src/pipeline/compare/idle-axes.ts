import { SAMPLERS, type Sampler, type SamplerParameter } from '../../diffusion/index.ts';
import { churnOf } from '../churn.ts';
import { pictureInput } from '../model.ts';
import type { Axis } from './axis.ts';
import type { CheckedRequest } from '../check-request.ts';

/** What some fields and settings need to be read at all. */
interface Need {
  readonly names: readonly string[];
  isMet(cell: CheckedRequest): boolean;
  /** "It acts …". */
  readonly where: string;
}

const NEEDS: readonly Need[] = [
  {
    names: [
      'initial_noise_multiplier',
      'img2img_fix_steps',
      'img2img_color_correction',
      'img2img_background_color',
      'overlay_inpaint',
      'upscaler_for_img2img',
    ],
    isMet: ({ request }) => request.kind === 'img2img',
    where: 'on a picture to start from (--init)',
  },
  {
    names: ['img2img_extra_noise', 'inpainting_mask_weight'],
    isMet: ({ request }) => request.kind === 'img2img' || request.enable_hr,
    where: 'on a picture to start from (--init), or in a second pass (--hires)',
  },
  {
    names: ['inpainting_mask_weight'],
    isMet: ({ models }) => models.some((one) => pictureInput(one) === 'inpaint'),
    where: 'with checkpoints made for inpainting',
  },
  {
    names: ['image_cfg_scale'],
    isMet: ({ models }) => models.some((one) => pictureInput(one) === 'edit'),
    where: 'with checkpoints made to edit pictures (pix2pix)',
  },
  ...(['eta', 's_churn', 's_tmin', 's_tmax', 's_noise'] as const).map((name) => readBySampler(name, name)),
  readBySampler('eta', 'eta_ancestral', 'sigma'),
  readBySampler('eta', 'eta_ddim', 'timestep'),
  {
    names: ['s_tmin', 's_tmax'],
    isMet: ({ request }) => churnOf(request) > 0,
    where: 'where sigma churn is above 0',
  },
  {
    names: ['s_noise'],
    // Samplers that renew noise unasked scale that.
    isMet: ({ request, samplers }) => churnOf(request) > 0 || samplers.some(reads('s_noise', 'eta')),
    where: 'where sigma churn is above 0, or with samplers that renew noise unasked',
  },
];

function readBySampler(parameter: SamplerParameter, name: string, family?: Sampler['family']): Need {
  const isRead = (sampler: Sampler): boolean =>
    reads(parameter)(sampler) && (family === undefined || sampler.family === family);
  const readers = SAMPLERS.filter(isRead).map((one) => one.name);
  return { names: [name], isMet: ({ samplers }) => samplers.some(isRead), where: `with ${readers.join(', ')}` };
}

function reads(...parameters: readonly SamplerParameter[]): (sampler: Sampler) => boolean {
  return (sampler) => parameters.every((one) => sampler.parameters.includes(one));
}

/**
 * A note for each axis of a field or setting that is read for none of the cells: along it all pictures are the same. The webui draws such a
 * grid, too.
 */
export function idleNotes(axes: readonly Axis[], cells: readonly CheckedRequest[]): readonly string[] {
  return axes.flatMap(({ target, option, name }) => {
    if (!('name' in target)) return [];
    const unmet = NEEDS.find((need) => need.names.includes(target.name) && !cells.some(need.isMet));
    return unmet ? [`${option} "${name}" changes nothing here: it acts ${unmet.where}.`] : [];
  });
}
