import { parameterPairs } from './parameter-line.ts';
import { pythonStrip } from './python.ts';
import { unquoteValue } from './quote.ts';
import { compareVersions, parseVersion, type ProgramVersion } from './versions.ts';

/** A value read from an infotext: what stands there is text; defaults may be numbers or truth values. */
export type InfotextEntry = string | number | boolean | readonly string[];

/** Parameters by name, in the order in which A1111 finds or adds them; "Prompt" and "Negative prompt" are among them. */
export type Infotext = Map<string, InfotextEntry>;

/** Prompts without the styles that were found in them. */
export interface ExtractedStyles {
  readonly styles: readonly string[];
  readonly prompt: string;
  readonly negativePrompt: string;
}

/** What the parser needs from other layers, and options of A1111 by their meaning. */
export interface ParseInfotextOptions {
  /** Takes known styles out of prompts. Without it, none are looked for. */
  readonly extractStyles?: (prompt: string, negativePrompt: string) => ExtractedStyles;
  /** Option `infotext_styles`: what becomes of found styles. "Apply if any" by default. */
  readonly styles?: 'Ignore' | 'Apply' | 'Discard' | 'Apply if any';
  /** Whether a prompt weighs any of its words. Without it, "Emphasis" is not added. */
  readonly usesEmphasis?: (prompt: string) => boolean;
  /** Option `auto_backcompat`: turns on the old behaviours that an old version had. True by default. */
  readonly backwardCompatible?: boolean;
  /** Option `use_old_hires_fix_width_height`. */
  readonly oldHiresSize?: boolean;
  /** Option `infotext_skip_pasting`: names to leave out. */
  readonly skip?: readonly string[];
}

/** Fewer pairs in the last line make it part of the prompt. */
const PAIRS_NEEDED = 3;
const NEGATIVE = 'Negative prompt:';

/**
 * Reads an infotext (A1111 1.10.1 `parse_generation_parameters`): the last line holds parameters if it has at least three,
 * the lines before it the prompt and, from "Negative prompt:" on, the negative prompt. Defaults of absent parameters are
 * added. Any text can be read; nothing is thrown.
 */
export function parseInfotext(text: string, options: ParseInfotextOptions = {}): Infotext {
  const result: Infotext = new Map();
  const lines = pythonStrip(text).split('\n');
  const pairs = [...parameterPairs(lines.at(-1) ?? '')];
  const read = readPrompts(pairs.length < PAIRS_NEEDED ? lines : lines.slice(0, -1));
  if (pairs.length >= PAIRS_NEEDED) for (const [key, value] of pairs) setValue(result, key, value);
  const version = parseVersion(textOf(result.get('Version')));
  const [prompt, negativePrompt] = withoutStyles(result, read, version, options);
  result.set('Prompt', prompt);
  result.set('Negative prompt', negativePrompt);
  addDefaults(result, 'Clip skip', '1');
  addOldHypernetwork(result);
  if (!result.has('Hires resize-1')) {
    result.set('Hires resize-1', 0);
    result.set('Hires resize-2', 0);
  }
  for (const [key, value] of DEFAULTS) addDefaults(result, key, value);
  restoreOldHires(result, options.oldHiresSize ?? false);
  for (const [key, value] of LATE_DEFAULTS) addDefaults(result, key, value);
  if (result.get('FP8 weight') !== 'Disable') addDefaults(result, 'Cache FP16 weight for LoRA', false);
  if (options.usesEmphasis?.(prompt) === true || options.usesEmphasis?.(negativePrompt) === true)
    addDefaults(result, 'Emphasis', 'Original');
  addDefaults(result, 'Refiner switch by sampling steps', false);
  if (version && (options.backwardCompatible ?? true)) addOldBehaviours(result, version);
  for (const key of options.skip ?? []) result.delete(key);
  return result;
}

/** Absent parameters that mean their default. */
const DEFAULTS: readonly (readonly [string, InfotextEntry])[] = [
  ['Hires sampler', 'Use same sampler'],
  ['Hires schedule type', 'Use same scheduler'],
  ['Hires checkpoint', 'Use same checkpoint'],
  ['Hires prompt', ''],
  ['Hires negative prompt', ''],
  ['Mask mode', 'Inpaint masked'],
  ['Masked content', 'original'],
  ['Inpaint area', 'Whole picture'],
  ['Masked area padding', 32],
];

const LATE_DEFAULTS: readonly (readonly [string, InfotextEntry])[] = [
  ['RNG', 'GPU'],
  ['Schedule type', 'Automatic'],
  ['Schedule max sigma', 0],
  ['Schedule min sigma', 0],
  ['Schedule rho', 0],
  ['VAE Encoder', 'Full'],
  ['VAE Decoder', 'Full'],
  ['FP8 weight', 'Disable'],
];

type Prompts = readonly [prompt: string, negativePrompt: string];

function readPrompts(lines: readonly string[]): Prompts {
  const prompt: string[] = [];
  const negative: string[] = [];
  let target = prompt;
  for (const line of lines) {
    let rest = pythonStrip(line);
    if (rest.startsWith(NEGATIVE)) {
      target = negative;
      rest = pythonStrip(rest.slice(NEGATIVE.length));
    }
    // Empty lines at the start vanish, later ones stay.
    if (target.length > 0 || rest !== '') target.push(rest);
  }
  return [prompt.join('\n'), negative.join('\n')];
}

/** An empty value is as none. "512x768" becomes two entries. */
function setValue(result: Infotext, key: string, raw: string): void {
  if (raw === '') return;
  const value = unquoteValue(raw);
  const size = /^(\p{Nd}+)x(\p{Nd}+)\n?$/u.exec(value);
  if (!size) {
    result.set(key, value);
    return;
  }
  result.set(`${key}-1`, size[1]!);
  result.set(`${key}-2`, size[2]!);
}

/** Versions of A1111 at which a behaviour changed. */
const V160 = parseVersion('1.6.0')!;
const V170_SCHEDULE = parseVersion('v1.7.0-225')!;
const V180 = parseVersion('1.8.0')!;
const V180_HIRES_STYLES = parseVersion('1.8.0-139')!;

/** Takes styles out of the prompts, if those of the second pass hold the same ones (earlier versions did not write them there). */
function withoutStyles(
  result: Infotext,
  [prompt, negativePrompt]: Prompts,
  version: ProgramVersion | undefined,
  { extractStyles, styles = 'Apply if any' }: ParseInfotextOptions,
): Prompts {
  if (!extractStyles || styles === 'Ignore') return [prompt, negativePrompt];
  const found = extractStyles(prompt, negativePrompt);
  const written = result.has('Hires prompt') || result.has('Hires negative prompt');
  if (written && (version === undefined || compareVersions(version, V180_HIRES_STYLES) > 0)) {
    const hires = extractStyles(
      textOf(result.get('Hires prompt')) ?? prompt,
      textOf(result.get('Hires negative prompt')) ?? negativePrompt,
    );
    if (JSON.stringify(hires.styles) !== JSON.stringify(found.styles)) return [prompt, negativePrompt];
    result.set('Hires prompt', hires.prompt === found.prompt ? '' : hires.prompt);
    result.set('Hires negative prompt', hires.negativePrompt === found.negativePrompt ? '' : hires.negativePrompt);
  }
  if (styles === 'Apply' || (styles === 'Apply if any' && found.styles.length > 0))
    result.set('Styles array', found.styles);
  return [found.prompt, found.negativePrompt];
}

function textOf(value: InfotextEntry | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function addDefaults(result: Infotext, key: string, value: InfotextEntry): void {
  if (!result.has(key)) result.set(key, value);
}

/** Before 1.5 a hypernetwork was no tag of the prompt but two parameters. */
function addOldHypernetwork(result: Infotext): void {
  const name = textOf(result.get('Hypernet'));
  if (name === undefined) return;
  const strength = textOf(result.get('Hypernet strength')) ?? '1.0';
  result.set('Prompt', `${textOf(result.get('Prompt')) ?? ''}<hypernet:${name}:${strength}>`);
}

/** Pixels of the first pass before its size was asked for. */
const OLD_FIRST_PASS = 512 * 512;

/** Old texts give the size of the last pass, and that of the first by itself. */
function restoreOldHires(result: Infotext, oldSize: boolean): void {
  const number = (key: string, absent: number): number => {
    const value = result.get(key);
    return value === undefined ? absent : Math.trunc(Number(value));
  };
  if (oldSize) {
    const [width, height] = [number('Hires resize-1', 0), number('Hires resize-2', 0)];
    if (width !== 0 && height !== 0) {
      result.set('Size-1', width);
      result.set('Size-2', height);
      return;
    }
  }
  if (!result.has('First pass size-1') || !result.has('First pass size-2')) return;
  const [width, height] = [number('Size-1', 512), number('Size-2', 512)];
  let first = [number('First pass size-1', 0), number('First pass size-2', 0)] as const;
  if (first[0] === 0 || first[1] === 0) {
    const scale = Math.sqrt(OLD_FIRST_PASS / (width * height));
    first = [Math.ceil((scale * width) / 64) * 64, Math.ceil((scale * height) / 64) * 64];
  }
  result.set('Size-1', first[0]);
  result.set('Size-2', first[1]);
  result.set('Hires resize-1', width);
  result.set('Hires resize-2', height);
}

/** What versions before a change did without saying so. */
function addOldBehaviours(result: Infotext, version: ProgramVersion): void {
  const before = (change: ProgramVersion): boolean => compareVersions(version, change) < 0;
  const sampler = result.get('Sampler');
  if (before(V160) && textOf(result.get('Prompt'))?.includes('[') === true)
    result.set('Old prompt editing timelines', true);
  if (before(V160) && (sampler === 'DDIM' || sampler === 'PLMS')) result.set('Pad conds v0', true);
  if (before(V170_SCHEDULE)) result.set('Downcast alphas_cumprod', true);
  if (before(V180) && (textOf(result.get('Refiner')) ?? '') !== '')
    result.set('Refiner switch by sampling steps', true);
}
