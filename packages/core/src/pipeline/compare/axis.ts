import { nearestHint, RequestError } from '../../errors/index.ts';
import type { FieldType } from '../fields.ts';
import { OPTION_TYPES } from '../options.ts';
import { requestFieldTypes, type GenerateRequest } from '../request.ts';
import { MOST_VALUES, readValues, type ValueType } from './values.ts';

/** What the values of an axis change. */
export type AxisTarget =
  /** A field of the request, or one of the webui's settings. */
  | { readonly kind: 'field' | 'setting'; readonly name: string; readonly type: ValueType; readonly list?: boolean }
  /** Width and height, as `512x768`. */
  | { readonly kind: 'size' }
  /** A text in the prompts: the first value is what the others take the place of. */
  | { readonly kind: 'replace' }
  /** The order of texts in the prompt: each value is one, with the texts that it is made of. */
  | { readonly kind: 'order'; readonly orders: ReadonlyMap<string, readonly string[]> }
  /** What stands behind the prompt: tags of networks, or words. */
  | { readonly kind: 'with' }
  /** The strength of networks. */
  | { readonly kind: 'strength' };

/** One direction of a comparison. */
export interface Axis {
  /** The option that it came from, for messages. */
  readonly option: string;
  /** What the user calls it. */
  readonly name: string;
  readonly target: AxisTarget;
  readonly values: readonly string[];
}

const SPECIAL: ReadonlyMap<string, 'size' | 'replace' | 'order' | 'with' | 'strength'> = new Map([
  ['size', 'size'],
  ...['replace', 'searchreplace', 'promptsr'].map((name) => [name, 'replace'] as const),
  ...['order', 'promptorder'].map((name) => [name, 'order'] as const),
  ...['with', 'adapter', 'adapters', 'network', 'lora'].map((name) => [name, 'with'] as const),
  ...['strength', 'weight', 'multiplier'].map((name) => [name, 'strength'] as const),
]);

/** Other names of fields and settings: those of the command's options, and of the webui's X/Y/Z plot. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['negative', 'negative_prompt'],
  ['cfg', 'cfg_scale'],
  ['guidance', 'cfg_scale'],
  ['imagecfg', 'image_cfg_scale'],
  ['sampler', 'sampler_name'],
  ['schedule', 'scheduler'],
  ['hiresscheduletype', 'hr_scheduler'],
  ['scheduletype', 'scheduler'],
  ['denoising', 'denoising_strength'],
  ['denoise', 'denoising_strength'],
  ['varseed', 'subseed'],
  ['variationseed', 'subseed'],
  ['varstrength', 'subseed_strength'],
  ['variationstrength', 'subseed_strength'],
  ['style', 'styles'],
  ['hires', 'hr_scale'],
  ['hiressteps', 'hr_second_pass_steps'],
  ['hiressampler', 'hr_sampler_name'],
  ['hiresscheduler', 'hr_scheduler'],
  ['hiresupscaler', 'hr_upscaler'],
  ['hiresmodel', 'hr_checkpoint_name'],
  ['hirescheckpoint', 'hr_checkpoint_name'],
  ['hiresprompt', 'hr_prompt'],
  ['hiresnegative', 'hr_negative_prompt'],
  ['refiner', 'refiner_checkpoint'],
  ['refinerswitch', 'refiner_switch_at'],
  ['model', 'sd_model_checkpoint'],
  ['checkpoint', 'sd_model_checkpoint'],
  ['checkpointname', 'sd_model_checkpoint'],
  ['vae', 'sd_vae'],
  ['clipskip', 'CLIP_stop_at_last_layers'],
  ['rng', 'randn_source'],
  ['rngsource', 'randn_source'],
  ['sigmachurn', 's_churn'],
  ['sigmamin', 's_tmin'],
  ['sigmamax', 's_tmax'],
  ['sigmanoise', 's_noise'],
  ['scheduleminsigma', 'sigma_min'],
  ['schedulemaxsigma', 'sigma_max'],
  ['schedulerho', 'rho'],
  ['negativeguidanceminimumsigma', 's_min_uncond'],
  ['betaschedulealpha', 'beta_dist_alpha'],
  ['betaschedulebeta', 'beta_dist_beta'],
  ['extranoise', 'img2img_extra_noise'],
  ['condimagemaskweight', 'inpainting_mask_weight'],
]);

/** Axes of the webui's plot for what Graft does not have. */
const ELSEWHERE = ['facerestore', 'tokenmergingratio', 'tokenmergingratiohighres', 'fp8mode'];

/** A comparison has one picture in a cell; and the field "tiling" acts on one kind of request, the setting on both. */
const LEFT_OUT = ['batch_size', 'n_iter', 'sampler_index', 'tiling'];

/**
 * Reads one axis, `NAME: VALUES` (`=` may stand for the colon). The name is
 *
 * - a field of the request, one of the webui's settings, or what the webui's X/Y/Z plot calls it: `seed`, `steps`, `cfg`, `sampler`,
 *   `scheduler`, `checkpoint`, `vae`, `clip skip`, `denoising` …, without regard to case and punctuation;
 * - `size`: values such as 512x768;
 * - `replace` (`Prompt S/R`): the first value is a text in the prompts, which the others take the place of;
 * - `order` (`Prompt order`): texts in the prompt, which change places in every way;
 * - `with` (`adapter`): what stands behind the prompt, such as `<lora:NAME:1>`, a bare name of a LoRA, or `none`;
 * - `strength`: the strength of the networks that are compared, on text encoder and UNet both.
 *
 * Values are read by `readValues`. Throws RequestError under `option`.
 */
export function parseAxis(text: string, option: string, kind: GenerateRequest['kind'] = 'txt2img'): Axis {
  const at = text.search(/[:=]/);
  if (at < 1) {
    throw new RequestError(option, `"${text.slice(0, 60)}" is no axis`, {
      hint: 'Write NAME: VALUES, such as "seed: 1..3" or "cfg: 4, 7".',
    });
  }
  const name = text.slice(0, at).trim();
  const found = findTarget(name, option, kind);
  const values = readValues(text.slice(at + 1), valueType(found), option);
  if (found.kind !== 'order') return { option, name, target: found, values };
  const orders = new Map(permutations(values, option).map((order) => [order.join(', '), order]));
  return { option, name, target: { kind: 'order', orders }, values: [...orders.keys()] };
}

/** All orders of some texts, those that move the first ones last first. Throws RequestError for too many. */
function permutations(texts: readonly string[], option: string): readonly (readonly string[])[] {
  const unique = [...new Set(texts)];
  const count = unique.reduce((product, _, i) => product * (i + 1), 1);
  if (count > MOST_VALUES)
    throw new RequestError(option, `${unique.length} texts have more than ${MOST_VALUES} orders`, {
      hint: 'Give at most six.',
    });
  let orders: readonly (readonly string[])[] = [[]];
  for (let length = 0; length < unique.length; length++)
    orders = orders.flatMap((order) => unique.filter((text) => !order.includes(text)).map((text) => [...order, text]));
  return orders;
}

function valueType(target: AxisTarget): ValueType {
  if (target.kind === 'strength') return 'number';
  return 'type' in target ? target.type : 'text';
}

function findTarget(name: string, option: string, kind: GenerateRequest['kind']): AxisTarget {
  const special = SPECIAL.get(plain(name));
  if (special === 'order') return { kind: special, orders: new Map() };
  if (special) return { kind: special };
  if (ELSEWHERE.includes(plain(name)))
    throw new RequestError(option, `Graft has nothing that the webui's axis "${name}" could change`, {
      hint: 'Choose another axis.',
    });
  const fields = new Map([...requestFieldTypes(kind)].filter(([field]) => !LEFT_OUT.includes(field)));
  const known = [...fields.keys(), ...OPTION_TYPES.keys()];
  const found =
    known.find((one) => one === name) ?? ALIASES.get(plain(name)) ?? known.find((one) => plain(one) === plain(name));
  const field = found === undefined ? undefined : fields.get(found);
  if (found !== undefined && field !== undefined) return { kind: 'field', name: found, ...typeOf(field) };
  const setting = found === undefined ? undefined : OPTION_TYPES.get(found);
  if (found !== undefined && setting !== undefined) return { kind: 'setting', name: found, ...typeOf(setting) };
  throw new RequestError(option, `there is no axis "${name.slice(0, 60)}"`, {
    hint:
      nearestHint(name, [...SPECIAL.keys(), ...ALIASES.keys(), ...known], 0) ??
      'It may be any field or setting, such as seed, steps, cfg, sampler, checkpoint; or with, strength, replace.',
  });
}

function typeOf(type: FieldType): { readonly type: ValueType; readonly list?: boolean } {
  if (type === 'texts') return { type: 'text', list: true };
  return { type: type === 'choice' ? 'text' : type };
}

/** "CFG Scale" and "cfg_scale" are one name. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** What stands beside the cells of a value. */
export function axisLabel({ name, target }: Axis, value: string): string {
  if (target.kind === 'with' && isNothing(value)) return 'without';
  if (value === '') return `${name}: none`;
  const text = ['with', 'replace', 'order'].includes(target.kind) || ('type' in target && target.type === 'text');
  return text ? value : `${name}: ${value}`;
}

/** Whether a value of an axis of networks means none of them. */
export function isNothing(value: string): boolean {
  return value === '' || /^(none|without|no)$/i.test(value);
}
