import { dirname } from 'node:path';
import type { SamplerLists } from '@graft/core/diffusion';
import { nearestHint, nearestNames, RequestError } from '@graft/core/errors';
import { parseInfotext, type Infotext } from '@graft/core/formats';
import {
  infotextModel,
  OPTION_NAMES,
  requestFields,
  requestFromInfotext,
  startedFromPicture,
} from '@graft/core/pipeline';
import type { Arguments } from '../arguments.ts';
import { readParameters, readRequestFile } from './again.ts';
import { missingParts } from './missing-parts.ts';
import { readSampler, readScheduler, readUpscaler } from './names.ts';
import { PICTURE_OPTIONS, type PictureOption } from './options.ts';
import { readPictureFile } from './pictures-in.ts';
import { checkSide, checkSize, readSize } from './size.ts';
import { unknownFields } from './unknown-fields.ts';

type Fields = Record<string, unknown>;

/** A request as the command line tells it, before it is known which model draws it. */
export interface Composed {
  readonly kind: 'txt2img' | 'img2img';
  /** Of the webui's API, with `override_settings`; sizes may be missing. */
  readonly body: Fields & { readonly override_settings: Fields };
  /** What the rest is taken from. */
  readonly base: 'nothing' | 'infotext' | 'request';
  /** What paths of pictures in the request are relative to. */
  readonly folder: string;
  /** What a picture's parameters said, if the rest is taken from them. */
  readonly infotext?: Infotext | undefined;
  /** Things the user should know. */
  readonly notes: readonly string[];
}

/** Puts a request together: from a picture or a request file, if given, then the options. Throws RequestError, FormatError, SdError `file`. */
export async function composeRequest(given: Arguments, lists: SamplerLists = {}): Promise<Composed> {
  checkTogether(given);
  const notes: string[] = [];
  const { body, base, folder, infotext } = await readBase(given, notes);
  const settings: Fields = { ...(body['override_settings'] as Fields | null | undefined) };
  if (given.positionals.length > 0) body['prompt'] = given.positionals.join(' ');
  applyOptions(given, body, settings);
  readPictures(given, body);
  const kind = body['init_images'] === undefined || body['init_images'] === null ? 'txt2img' : 'img2img';
  applyHires(given, body, kind);
  applySettings(given.values('set'), body, settings, kind);
  applyNames(given, body, { lists, old: base === 'infotext' });
  if (base === 'request') notes.push(...unknownFields(body, kind));
  notes.push(...missingParts({ body, settings, infotext }));
  // In the API a refiner without a switch draws the whole picture; who names one here gets what the help says.
  if (given.has('refiner')) body['refiner_switch_at'] ??= REFINER_SWITCH;
  if (base === 'nothing') addDefaults(body, kind);
  return { kind, body: { ...body, override_settings: settings }, base, folder, infotext, notes };
}

/** Part of the way after which a refiner takes over: what the webui's page has. */
export const REFINER_SWITCH = 0.8;

function checkTogether(given: Arguments): void {
  if (given.has('from') && given.has('request')) throw new RequestError('--from', 'does not go with --request');
  if (given.has('mask') && !given.has('init') && !given.has('request'))
    throw new RequestError('--mask', 'goes with --init', { hint: 'Give the picture to change with --init IMAGE.' });
  if (given.has('hires') && given.has('hires-size')) throw new RequestError('--hires', 'does not go with --hires-size');
  if (given.has('size') && (given.has('width') || given.has('height')))
    throw new RequestError('--size', 'does not go with --width and --height');
  // One that is empty is a prompt, too.
  const hasPrompt = given.positionals.length > 0 || given.values('set').some((pair) => /^\s*prompt\s*=/.test(pair));
  if (!given.has('from') && !given.has('request') && !hasPrompt) {
    throw new RequestError('PROMPT', 'is missing', {
      hint: 'Say what to draw: graft generate "a cat on a blue background"',
    });
  }
}

async function readBase(
  given: Arguments,
  notes: string[],
): Promise<{ body: Fields; base: Composed['base']; folder: string; infotext?: Infotext }> {
  const [from, request] = [given.value('from'), given.value('request')];
  if (request !== undefined) {
    return { body: withInfotext(await readRequestFile(request)), base: 'request', folder: dirname(request) };
  }
  if (from === undefined) return { body: {}, base: 'nothing', folder: '.' };
  const infotext = await readParameters(from);
  const kind = given.has('init') ? 'img2img' : 'txt2img';
  if (kind === 'txt2img' && startedFromPicture(infotext))
    notes.push(
      'The picture was drawn over another one, which is not in it: give that one with --init to get the same.',
    );
  const body = requestFromInfotext(infotext, kind);
  const model = infotextModel(infotext);
  const settings = {
    ...(body['override_settings'] as Fields | undefined),
    ...(model === undefined ? {} : { sd_model_checkpoint: model }),
  };
  return { body: { ...body, override_settings: settings }, base: 'infotext', folder: '.', infotext };
}

/** A request's own `infotext` fills the fields that it does not set. */
function withInfotext(body: Fields): Fields {
  const { infotext } = body;
  if (typeof infotext !== 'string' || infotext === '') return { ...body };
  const filled = requestFromInfotext(parseInfotext(infotext), body['init_images'] ? 'img2img' : 'txt2img');
  const set = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== undefined));
  const settings = {
    ...(filled['override_settings'] as Fields | undefined),
    ...(set['override_settings'] as Fields | undefined),
  };
  return { ...filled, ...set, override_settings: settings };
}

function applyOptions(given: Arguments, body: Fields, settings: Fields): void {
  for (const option of PICTURE_OPTIONS) {
    const { name, field, setting } = option;
    if (!given.has(name)) continue;
    if (field !== undefined) body[field] = valueOf(option, given.value(name)!);
    if (setting !== undefined) settings[setting] = valueOf(option, given.value(name)!);
  }
  if (given.has('invert-mask')) body['inpainting_mask_invert'] = 1;
  if (given.has('style')) body['styles'] = given.values('style');
  const size = given.value('size');
  if (size !== undefined) Object.assign(body, readSize(size, '--size'));
  checkSizes(body, size === undefined ? undefined : '--size', given.has('from'));
}

function valueOf({ name, value, words, field }: PictureOption, text: string): unknown {
  if (value === undefined) return true;
  if ((field === 'seed' || field === 'subseed') && !/^\s*[-+]?\d+\s*$/.test(text)) {
    throw new RequestError(`--${name}`, `"${text}" is not a whole number`, {
      hint: 'Give a whole number; -1 draws one.',
    });
  }
  if (words === undefined) return text;
  const word = Object.keys(words).find((one) => one === text.toLowerCase());
  if (word !== undefined) return words[word];
  throw new RequestError(`--${name}`, `there is no "${text}"`, { hint: nearestHint(text, Object.keys(words)) });
}

/** Sizes of old pictures may be odd; the webui cuts them. */
function checkSizes(body: Fields, option: string | undefined, old: boolean): void {
  if (old && option === undefined) return;
  const [width, height] = [body['width'], body['height']].map((side) => (isSide(side) ? Number(side) : undefined));
  if (width !== undefined && height !== undefined) checkSize({ width, height }, option ?? 'width');
  else if (width !== undefined) checkSide(width, 'width');
  else if (height !== undefined) checkSide(height, 'height');
}

/** Others are refused by the request. */
function isSide(side: unknown): boolean {
  return side !== undefined && side !== null && Number.isInteger(Number(side));
}

function readPictures(given: Arguments, body: Fields): void {
  if (given.has('init')) body['init_images'] = given.values('init').map(readPictureFile);
  const mask = given.value('mask');
  if (mask !== undefined) body['mask'] = readPictureFile(mask);
}

/** Options that do nothing without a picture to start from. */
const NEED_INIT = ['mask-blur', 'invert-mask', 'masked-content', 'only-masked', 'padding', 'image-cfg', 'resize-mode'];

function applyHires(given: Arguments, body: Fields, kind: Composed['kind']): void {
  if (kind === 'img2img') {
    const second = PICTURE_OPTIONS.find(({ name }) => name.startsWith('hires') && given.has(name));
    if (second)
      throw new RequestError(
        `--${second.name}`,
        'does not go with --init: a second pass follows a picture drawn from nothing',
      );
    if (given.has('only-masked')) body['inpaint_full_res'] = true;
    return;
  }
  for (const name of NEED_INIT) if (given.has(name)) throw new RequestError(`--${name}`, 'goes with --init');
  const size = given.value('hires-size');
  if (size !== undefined) {
    const { width, height } = readSize(size, '--hires-size');
    checkSize({ width, height }, '--hires-size');
    Object.assign(body, { hr_resize_x: width, hr_resize_y: height });
  }
  if (given.has('hires') || size !== undefined) body['enable_hr'] = true;
  if (body['enable_hr'] === true) body['denoising_strength'] ??= 0.7;
}

/** `--set NAME=VALUE`: a setting, or a field of the request. */
function applySettings(pairs: readonly string[], body: Fields, settings: Fields, kind: Composed['kind']): void {
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new RequestError('--set', `"${pair}" is not NAME=VALUE`);
    const name = pair.slice(0, at).trim();
    const text = pair.slice(at + 1).trim();
    const value = /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text;
    const fields = requestFields(kind);
    if (OPTION_NAMES.includes(name)) settings[name] = value;
    else if (fields.includes(name)) body[name] = value;
    else throw unknownSetting(name, [...OPTION_NAMES, ...fields]);
  }
}

function unknownSetting(name: string, known: readonly string[]): RequestError {
  const [option] = nearestNames(
    name,
    PICTURE_OPTIONS.map((one) => one.name),
  );
  return new RequestError('--set', `there is no setting "${name}"`, {
    hint:
      nearestHint(name, known, 0) ??
      (option === undefined ? "Settings are called as in the webui's API." : `Did you mean the option --${option}?`),
  });
}

/** Names must be exact for the request; the webui silently takes others. `old`: those that no option gives are a picture's. */
function applyNames(
  given: Arguments,
  body: Fields,
  { lists, old }: { readonly lists: SamplerLists; readonly old: boolean },
): void {
  const read = <T>(name: string, text: string, reader: (text: string, option: string, lists: SamplerLists) => T): T =>
    old && !given.has(name)
      ? readOld(`--${name}`, () => reader(text, `--${name}`, lists))
      : reader(text, `--${name}`, lists);
  for (const [prefix, dash] of [
    ['', ''],
    ['hr_', 'hires-'],
  ] as const) {
    const sampler =
      given.value(`${dash}sampler`) ??
      body[`${prefix}sampler_name`] ??
      (prefix === '' ? body['sampler_index'] : undefined);
    let scheduler = body[`${prefix}scheduler`];
    if (typeof sampler === 'string' && !isSame(sampler)) {
      const choice = read(`${dash}sampler`, sampler, readSampler);
      body[`${prefix}sampler_name`] = choice.sampler;
      // As in the webui, a scheduler in a sampler's name wins over that of the request.
      scheduler = choice.scheduler ?? scheduler;
    }
    scheduler = given.value(`${dash}scheduler`) ?? scheduler;
    if (typeof scheduler === 'string' && !isSame(scheduler))
      body[`${prefix}scheduler`] = read(`${dash}scheduler`, scheduler, readScheduler);
  }
  const upscaler = body['hr_upscaler'];
  if (typeof upscaler === 'string' && body['enable_hr'] === true)
    body['hr_upscaler'] = readUpscaler(upscaler, '--hires-upscaler');
}

/** Reads a name that a picture was drawn with: it is hardly misspelt. Throws RequestError, as `read` does. */
function readOld<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { field, message } = error;
    throw new RequestError('--from', message.slice(`${field}: `.length), {
      hint: `If an extension has it, give that with --extension NAME; else choose another with ${option} NAME.`,
      cause: error,
    });
  }
}

function isSame(name: string): boolean {
  return name === '' || name.startsWith('Use same ');
}

/** What the webui's page has, where its API has other defaults. */
function addDefaults(body: Fields, kind: Composed['kind']): void {
  body['steps'] ??= 20;
  body['sampler_name'] ??= 'Euler a';
  if (kind === 'txt2img') return;
  body['inpainting_fill'] ??= 1;
  body['inpaint_full_res'] ??= false;
  body['inpaint_full_res_padding'] ??= 32;
}
