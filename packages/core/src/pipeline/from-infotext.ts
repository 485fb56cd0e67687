import type { Infotext, InfotextEntry } from '../formats/index.ts';
import { settingOverrides } from '../formats/index.ts';

/** How the text of a parameter becomes the value of a field. */
type Reading = 'text' | 'number' | 'seed' | { readonly choices: readonly string[] } | { readonly yes: string };

/** Parameters and the fields of the API's requests that they fill (A1111 1.10.1 `paste_fields`). */
const FIELDS: readonly (readonly [parameter: string, field: string, reading: Reading])[] = [
  ['Prompt', 'prompt', 'text'],
  ['Negative prompt', 'negative_prompt', 'text'],
  ['Steps', 'steps', 'number'],
  ['Sampler', 'sampler_name', 'text'],
  ['Schedule type', 'scheduler', 'text'],
  ['CFG scale', 'cfg_scale', 'number'],
  // A size that could not be split into two numbers is refused as a width.
  ['Size', 'width', 'number'],
  ['Size-1', 'width', 'number'],
  ['Size-2', 'height', 'number'],
  ['Batch size', 'batch_size', 'number'],
  ['Seed', 'seed', 'seed'],
  ['Variation seed', 'subseed', 'seed'],
  ['Variation seed strength', 'subseed_strength', 'number'],
  ['Seed resize from-1', 'seed_resize_from_w', 'number'],
  ['Seed resize from-2', 'seed_resize_from_h', 'number'],
  ['Denoising strength', 'denoising_strength', 'number'],
  ['Refiner', 'refiner_checkpoint', 'text'],
  ['Refiner switch at', 'refiner_switch_at', 'number'],
];

const HIRES: typeof FIELDS = [
  ['Hires upscale', 'hr_scale', 'number'],
  ['Hires upscaler', 'hr_upscaler', 'text'],
  ['Hires steps', 'hr_second_pass_steps', 'number'],
  ['Hires resize-1', 'hr_resize_x', 'number'],
  ['Hires resize-2', 'hr_resize_y', 'number'],
  ['Hires checkpoint', 'hr_checkpoint_name', 'text'],
  ['Hires sampler', 'hr_sampler_name', 'text'],
  ['Hires schedule type', 'hr_scheduler', 'text'],
  ['Hires prompt', 'hr_prompt', 'text'],
  ['Hires negative prompt', 'hr_negative_prompt', 'text'],
];

const IMAGE: typeof FIELDS = [
  ['Image CFG scale', 'image_cfg_scale', 'number'],
  ['Mask blur', 'mask_blur', 'number'],
  ['Mask mode', 'inpainting_mask_invert', { choices: ['Inpaint masked', 'Inpaint not masked'] }],
  ['Masked content', 'inpainting_fill', { choices: ['fill', 'original', 'latent noise', 'latent nothing'] }],
  ['Inpaint area', 'inpaint_full_res', { yes: 'Only masked' }],
  ['Masked area padding', 'inpaint_full_res_padding', 'number'],
];

/**
 * The body of an API request that draws the picture of an infotext again, with the settings that differ from A1111's defaults
 * in `override_settings`. Values are as found: `readRequest` refuses those that cannot be. The checkpoint is left to the caller
 * (`infotextModel`), and so are the pictures of an image-to-image request. `current`: settings that are in force already.
 */
export function requestFromInfotext(
  infotext: Infotext,
  kind: 'txt2img' | 'img2img',
  current?: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [parameter, field, reading] of [...FIELDS, ...(kind === 'txt2img' ? HIRES : IMAGE)]) {
    const entry = infotext.get(parameter);
    const value = entry === undefined ? undefined : read(entry, reading);
    if (value !== undefined) body[field] = value;
  }
  const styles = infotext.get('Styles array');
  if (Array.isArray(styles)) body['styles'] = styles;
  if (kind === 'txt2img') body['enable_hr'] = hasSecondPass(infotext);
  // Only a blur that is not 0 is told.
  else body['mask_blur'] ??= 0;
  const settings = settingOverrides(asRead(infotext), current).map(({ option, value }) => [option, value] as const);
  if (settings.length > 0) body['override_settings'] = Object.fromEntries(settings);
  return body;
}

/** Parameters that the webui writes, and the names by which it looks for them in vain. */
const MISNAMED = [
  ['Beta schedule alpha', 'Beta scheduler alpha'],
  ['Beta schedule beta', 'Beta scheduler beta'],
] as const;

function asRead(infotext: Infotext): Infotext {
  const all = MISNAMED.flatMap(([written, read]) => {
    const entry = infotext.get(written);
    return entry === undefined || infotext.has(read) ? [] : [[read, entry] as const];
  });
  return new Map([...infotext, ...all]);
}

/** The checkpoint that an infotext names, such as "model [0123456789]". */
export function infotextModel(infotext: Infotext): string | undefined {
  const [name, hash] = [infotext.get('Model'), infotext.get('Model hash')];
  if (name === undefined) return hash === undefined ? undefined : String(hash);
  return hash === undefined ? String(name) : `${String(name)} [${String(hash)}]`;
}

/** Whether the picture of an infotext was drawn over another one: only such, and second passes, have a strength. */
export function startedFromPicture(infotext: Infotext): boolean {
  return infotext.has('Denoising strength') && !hasSecondPass(infotext);
}

function hasSecondPass(infotext: Infotext): boolean {
  const resized = ['Hires resize-1', 'Hires resize-2'].some((key) => Number(infotext.get(key) ?? 0) !== 0);
  return resized || infotext.has('Hires upscale') || infotext.has('Hires upscaler');
}

function read(entry: InfotextEntry, reading: Reading): unknown {
  if (reading === 'text') return String(entry);
  if (typeof reading === 'object') {
    if ('yes' in reading) return entry === reading.yes;
    const choice = reading.choices.indexOf(String(entry));
    return choice < 0 ? undefined : choice;
  }
  if (typeof entry !== 'string') return entry;
  // Texts that are no numbers stay, to be refused by name; and seeds, which are exact beyond 2⁵³ only so.
  if (reading === 'seed') return entry;
  const number = entry.trim() === '' ? Number.NaN : Number(entry);
  return Number.isNaN(number) ? entry : number;
}
