import { findPlaces, type Component, type Place } from './components.ts';
import { DIFFUSERS_COMPONENT } from './spell.ts';
import { createNames, type StoredName, type TensorShapes } from './table.ts';
import { hfToOpenClip, openClipToHf, SLICES, withTextModel, type Slice } from './text-names.ts';
import { unetToDiffusers, unetToLdm } from './unet-names.ts';
import { isVaeProjection, vaeToDiffusers, vaeToLdm } from './vae-names.ts';

/** One tensor made of another: all of it or a third of its rows, perhaps transposed, in the shape given. */
export interface ConvertedTensor {
  readonly key: string;
  readonly shape: readonly number[];
  readonly from: readonly StoredName[];
}

/** The files of a diffusers folder: `unet`, `text_encoder`, `text_encoder_2`, `vae`. */
export type DiffusersParts = ReadonlyMap<string, readonly ConvertedTensor[]>;

export interface ToDiffusers {
  readonly parts: DiffusersParts;
  /** Tensors that diffusers has no place for. */
  readonly dropped: readonly string[];
}

/** A checkpoint's tensors as diffusers names and shapes them. */
export function checkpointToDiffusers(tensors: TensorShapes): ToDiffusers {
  const places = findPlaces(tensors);
  const unused = unusedKeys(tensors, places);
  const parts = new Map<string, ConvertedTensor[]>();
  const dropped: string[] = [];
  for (const [key, { shape }] of tensors) {
    const place = places.find(({ prefix }) => key.startsWith(prefix));
    const made =
      place === undefined || unused.has(key) ? [] : toDiffusers(place, key.slice(place.prefix.length), shape);
    if (place === undefined || made.length === 0) {
      dropped.push(key);
      continue;
    }
    const part = DIFFUSERS_COMPONENT[place.component];
    const list = parts.get(part) ?? [];
    parts.set(part, list);
    for (const tensor of made) list.push({ ...tensor, from: tensor.from.map((stored) => ({ ...stored, key })) });
  }
  return { parts, dropped };
}

/** Text tensors that no module of the name table has: the block of SD2 that is never run. */
function unusedKeys(tensors: TensorShapes, places: readonly Place[]): ReadonlySet<string> {
  const used = new Set(
    createNames(tensors).modules.flatMap(({ component, weight, bias }) => {
      const prefix = places.find((place) => place.component === component)!.prefix;
      return [prefix + weight.key, ...(bias === undefined ? [] : [prefix + bias.key])];
    }),
  );
  const text = places.filter(({ component }) => component === 'te1' || component === 'te2');
  return new Set(
    [...tensors.keys()].filter((key) => !used.has(key) && text.some(({ prefix }) => key.startsWith(prefix))),
  );
}

function toDiffusers({ naming }: Place, key: string, shape: readonly number[]): ConvertedTensor[] {
  if (naming === 'openclip') {
    return openClipToHf(key).map(({ key: hf, ...how }) => ({
      key: hf,
      shape: shapeOf(shape, how),
      from: [{ key, ...how }],
    }));
  }
  if (naming === 'vae')
    return [{ key: vaeToDiffusers(key), shape: isVaeProjection(key) ? shape.slice(0, 2) : shape, from: [{ key }] }];
  const name = naming === 'unet' ? unetToDiffusers(key) : withTextModel(key);
  return name === undefined ? [] : [{ key: name, shape, from: [{ key }] }];
}

function shapeOf(
  shape: readonly number[],
  how: { readonly slice?: Slice; readonly transposed?: true },
): readonly number[] {
  if (how.slice !== undefined) return [shape[0]! / SLICES.length, ...shape.slice(1)];
  return how.transposed === true ? shape.toReversed() : shape;
}

/** Which model a diffusers folder is: decides where its parts stand in a checkpoint, and how the text encoders are spelled. */
export type CheckpointLayout = 'SD1' | 'SD2' | 'SDXL' | 'SDXL refiner';

/** Where a layout keeps its components. */
const LAYOUTS: Readonly<Record<CheckpointLayout, Readonly<Partial<Record<Component, Omit<Place, 'component'>>>>>> = {
  SD1: { te1: { prefix: 'cond_stage_model.transformer.', naming: 'hf' } },
  SD2: { te1: { prefix: 'cond_stage_model.model.', naming: 'openclip' } },
  SDXL: {
    te1: { prefix: 'conditioner.embedders.0.transformer.', naming: 'hf' },
    te2: { prefix: 'conditioner.embedders.1.model.', naming: 'openclip' },
  },
  'SDXL refiner': { te2: { prefix: 'conditioner.embedders.0.model.', naming: 'openclip' } },
};

export interface FromDiffusers {
  /** `from` names keys of the part's own file. */
  readonly tensors: readonly (ConvertedTensor & { readonly part: string })[];
  /** Tensors that a checkpoint has no place for, as `part/key`. */
  readonly dropped: readonly string[];
}

/** The tensors of a diffusers folder as a checkpoint names and shapes them. */
export function diffusersToCheckpoint(
  parts: ReadonlyMap<string, TensorShapes>,
  layout: CheckpointLayout,
): FromDiffusers {
  const tensors: (ConvertedTensor & { readonly part: string })[] = [];
  const dropped: string[] = [];
  for (const component of ['unet', 'vae', 'te1', 'te2'] as const) {
    const part = DIFFUSERS_COMPONENT[component];
    const shapes = parts.get(part);
    if (shapes === undefined) continue;
    const place = placeIn(layout, component);
    const made = new Map<string, ConvertedTensor & { readonly part: string }>();
    for (const [key, { shape }] of shapes) {
      const target = place === undefined ? undefined : toCheckpoint(place, key, shape, shapes);
      if (target === undefined) {
        dropped.push(`${part}/${key}`);
        continue;
      }
      const from = [...(made.get(target.key)?.from ?? []), ...target.from];
      made.set(target.key, { ...target, from: from.toSorted((a, b) => sliceOrder(a) - sliceOrder(b)), part });
    }
    tensors.push(...made.values());
  }
  return { tensors, dropped };
}

function sliceOrder({ slice }: StoredName): number {
  return slice === undefined ? 0 : SLICES.indexOf(slice);
}

function placeIn(layout: CheckpointLayout, component: Component): Omit<Place, 'component'> | undefined {
  if (component === 'unet') return { prefix: 'model.diffusion_model.', naming: 'unet' };
  return component === 'vae' ? { prefix: 'first_stage_model.', naming: 'vae' } : LAYOUTS[layout][component];
}

function toCheckpoint(
  { prefix, naming }: Omit<Place, 'component'>,
  key: string,
  shape: readonly number[],
  all: TensorShapes,
): ConvertedTensor | undefined {
  if (naming === 'openclip') {
    const stored = hfToOpenClip(key);
    if (stored === undefined) return undefined;
    const { key: name, ...how } = stored;
    const whole = how.slice === undefined ? shapeOf(shape, how) : [shape[0]! * SLICES.length, ...shape.slice(1)];
    return { key: prefix + name, shape: whole, from: [{ key, ...how }] };
  }
  if (naming === 'vae') {
    const name = vaeToLdm(key);
    return { key: prefix + name, shape: isVaeProjection(name) ? [...shape.slice(0, 2), 1, 1] : shape, from: [{ key }] };
  }
  const name =
    naming === 'unet'
      ? unetToLdm(key, (level) => all.has(`up_blocks.${level}.attentions.0.norm.weight`))
      : withTextModel(key);
  return name === undefined ? undefined : { key: prefix + name, shape, from: [{ key }] };
}
