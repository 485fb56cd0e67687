import { RequestError } from '../errors/index.ts';
import { blockRatio, isBlockList, parseBlocks, type BlockOptions, type BlockWeights } from './blocks.ts';
import { elementWeight, isElements, parseElements, type Directive } from './elements.ts';
import {
  curveAt,
  isActive,
  parseCurve,
  parseStepRange,
  readNumber,
  type Curve,
  type StepPlace,
  type StepRange,
} from './schedule.ts';

/** The arguments of one tag, as the prompt's grammar takes them apart. */
export interface TagArguments {
  readonly positional: readonly string[];
  readonly named: ReadonlyMap<string, string>;
}

/** What a prompt says of one adapter. */
export interface AdapterTag {
  /** File stem or alias. */
  readonly name: string;
  readonly te: Curve;
  readonly unet: Curve;
  /** Strengths in the second pass of a hires fix, where they differ. */
  readonly hires?: { readonly te: Curve; readonly unet: Curve };
  readonly dyn?: number;
  readonly blocks?: BlockWeights;
  readonly elements?: readonly Directive[];
  readonly range?: StepRange;
  /** What it says beside that, which means nothing. */
  readonly unread?: readonly string[];
}

const NAMES: ReadonlySet<string> = new Set([
  ...['te', 'unet', 'dyn', 'hr', 'hrte', 'hrunet'],
  ...['lbw', 'w', 'x', 'lbwe', 'start', 'stop', 'step'],
]);

/**
 * Reads `<lora:NAME:TE:UNET:DYN:name=value…>` (or `lyco`):
 *
 * - `TE` is 1 if absent, `UNET` is `TE`, `DYN` (a whole number of ranks) is none; `te=`, `unet=`, `dyn=` win over their places (A1111).
 * - `lbw=LIST` or `w=LIST` gives blocks weights: a preset's name or 12, 17, 20 or 26 values; `x=` is what `X` in it stands for. A list may
 *   also stand in the place of `UNET`, or after it. `start=N`, `stop=N`, `step=N-M`: the steps with the adapter, counted from 1, or shares
 *   of the run (sd-webui-lora-block-weight).
 * - `lbwe=NAME` gives single layers weights in place of their blocks': ATTNDEEPON, ATTNDEEPOFF or PROJDEEPOFF; the name may also stand behind the
 *   strengths (sd-webui-lora-block-weight).
 * - A strength may be `value@place,value@place…` over the steps; `hr=`, `hrte=`, `hrunet=` are those of the hires pass (sd-webui-loractl).
 *
 * Other names are left to others, and listed. Throws RequestError for what cannot be read.
 */
export function parseAdapterTag({ positional, named }: TagArguments, options: BlockOptions = {}): AdapterTag {
  const [name = '', ...places] = positional;
  if (name === '')
    throw new RequestError('prompt', 'a tag of a network has no name', { hint: 'Write <lora:name:strength>.' });
  const list = places.findIndex(
    (text, i) =>
      i > 0 && (text.includes(',') || isNaN(Number(text))) && !text.includes('@') && isBlockList(text, options.presets),
  );
  const element = places.findIndex((text, i) => i > 0 && isElements(text, options.elements));
  const elements = named.get('lbwe') ?? places[element];
  const [te, unet, dyn, ...more] = places.filter((_, i) => i !== list && i !== element);
  const curve = (key: string, place: string | undefined): Curve | undefined => {
    const text = named.get(key) ?? place;
    return text === undefined ? undefined : parseCurve(text, key);
  };
  const teCurve = curve('te', te) ?? 1;
  const unetCurve = curve('unet', unet) ?? teCurve;
  const hires = hiresOf(curve, { te: teCurve, unet: unetCurve });
  const ranks = named.get('dyn') ?? dyn;
  const blocks = named.get('lbw') ?? named.get('w') ?? (list < 0 ? undefined : places[list]);
  const x = named.get('x');
  const range = parseStepRange(named);
  const unread = [...more, ...unreadNames(named)];
  return {
    name,
    te: teCurve,
    unet: unetCurve,
    ...(hires ? { hires } : {}),
    ...(ranks === undefined ? {} : { dyn: readRanks(ranks) }),
    ...(blocks === undefined
      ? {}
      : {
          blocks: parseBlocks(
            blocks,
            x === undefined
              ? options
              : { ...options, x: readNumber(x, 'x', 'Write what X stands for as a number, such as x=0.5.') },
          ),
        }),
    ...(elements === undefined ? {} : { elements: parseElements(elements, options.elements) }),
    ...(range ? { range } : {}),
    ...(unread.length > 0 ? { unread } : {}),
  };
}

function unreadNames(named: ReadonlyMap<string, string>): string[] {
  const others = [...named].filter(([name, text]) => !NAMES.has(name) || (name === 'step' && !text.includes('-')));
  return others.map(([name, text]) => `${name}=${text}`);
}

function hiresOf(
  curve: (key: string, place: undefined) => Curve | undefined,
  first: { readonly te: Curve; readonly unet: Curve },
): AdapterTag['hires'] {
  const both = curve('hr', undefined);
  const te = curve('hrte', undefined) ?? both;
  const unet = curve('hrunet', undefined) ?? both;
  return te === undefined && unet === undefined ? undefined : { te: te ?? first.te, unet: unet ?? first.unet };
}

function readRanks(text: string): number {
  const hint = 'Leave it out to use all ranks.';
  const number = readNumber(text, 'dyn', hint);
  if (!Number.isInteger(number)) throw new RequestError('dyn', `${text} is no whole number of ranks`, { hint });
  return number;
}

/** Mentions of one name all have what the last of them says: A1111 loads it once and sets its strengths at each mention. */
export function lastMentions(tags: readonly AdapterTag[]): AdapterTag[] {
  const last = new Map(tags.map((tag) => [tag.name, tag]));
  return tags.map(({ name }) => last.get(name)!);
}

/** What a tag multiplies its strength by, layer by layer; undefined where nothing is. */
export function layerRatio({
  blocks,
  elements,
}: Pick<AdapterTag, 'blocks' | 'elements'>): ReturnType<typeof blockRatio> | undefined {
  const ofBlocks = blocks && blockRatio(blocks);
  if (!elements) return ofBlocks;
  return (layer) => elementWeight(elements, layer) ?? ofBlocks?.(layer) ?? 1;
}

export interface PassPlace extends StepPlace {
  /** In the second pass of a hires fix. */
  readonly hires?: boolean;
}

/**
 * A tag's strengths at a step. The text is encoded before the first step, so `te` is asked at step 0 of a pass; a range of steps
 * holds for the UNet only.
 */
export function strengthsAt(tag: AdapterTag, place: PassPlace): { readonly te: number; readonly unet: number } {
  const { te, unet } = (place.hires === true && tag.hires) || tag;
  const active = !tag.range || isActive(tag.range, place);
  return { te: curveAt(te, { ...place, step: 0 }), unet: active ? curveAt(unet, place) : 0 };
}

/** Whether a tag's strength on the UNet changes during a run. */
export function isScheduled({ unet, hires, range }: AdapterTag): boolean {
  return range !== undefined || typeof unet !== 'number' || (hires !== undefined && typeof hires.unet !== 'number');
}
