import { findPlaces, PREFIXES, SINGLE_TEXT, type Component, type Place } from './components.ts';
import { openClipToHf, SLICES, withTextModel, type Slice } from './text-names.ts';
import { unetToDiffusers } from './unet-names.ts';
import { vaeToDiffusers } from './vae-names.ts';

/** A tensor of a module as the checkpoint stores it. */
export interface StoredName {
  /** Its key in the file, below the component's prefix. */
  readonly key: string;
  /** Which third of its rows. */
  readonly slice?: Slice;
  /** Stored as the transpose of what the module multiplies with. */
  readonly transposed?: true;
}

/** A layer of a network, under all its names. */
export interface Module {
  readonly component: Component;
  /** Path in the checkpoint's own spelling, below the component's prefix: `input_blocks.1.1.proj_in`. */
  readonly ldm: string;
  /** Path in diffusers' and Hugging Face's spelling: `down_blocks.0.attentions.0.proj_in`, `text_model.encoder.layers.0.mlp.fc1`. */
  readonly diffusers: string;
  /** Of the module's own weight, as stored: [out, in], [out, in, k, k], or [width]. */
  readonly shape: readonly number[];
  readonly weight: StoredName;
  readonly bias?: StoredName;
}

/** All layers of a model, and how to find one by any of its names. */
export interface NameTable {
  /** In the checkpoint's order. */
  readonly modules: readonly Module[];
  readonly places: readonly Place[];
  /** Whether kohya's trainers spell the UNet's layers as the checkpoint does (SDXL) or as diffusers does. */
  readonly kohya: 'ldm' | 'diffusers';
  /** The layer of a component with a flattened path (`_` for `.`), in any spelling of the path. */
  find(component: Component, flat: string): Module | undefined;
}

/** Names and shapes of tensors: a file's `tensors`, or weights. */
export type TensorShapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** Dots and underscores mean the same in adapters' names. */
export function flatten(path: string): string {
  return path.replaceAll('.', '_');
}

/** The names of a checkpoint's layers, read off the names of its tensors (LDM spelling). */
export function createNames(tensors: TensorShapes): NameTable {
  const places = findPlaces(tensors);
  const drafts = new Map<string, Draft>();
  for (const [key, { shape }] of tensors) {
    for (const place of places) {
      if (!key.startsWith(place.prefix)) continue;
      for (const tensor of namesOf(place, key.slice(place.prefix.length))) addTensor(drafts, place, tensor, shape);
    }
  }
  const list = dropUnused(
    [...drafts.values()].filter((draft): draft is Module => draft.weight !== undefined),
    places,
  );
  return {
    modules: list,
    places,
    kohya:
      tensors.has('model.diffusion_model.label_emb.0.0.weight') || tensors.has('label_emb.0.0.weight')
        ? 'ldm'
        : 'diffusers',
    find: finder(list),
  };
}

interface NamedTensor {
  readonly ldm: string;
  readonly diffusers: string;
  readonly part: 'weight' | 'bias';
  readonly stored: StoredName;
}

/** What modules a stored tensor belongs to: none, one, or three. */
function namesOf({ naming }: Place, key: string): NamedTensor[] {
  if (naming === 'openclip') {
    return openClipToHf(key).flatMap(({ key: hf, ...how }) => {
      const named = splitTensor(hf);
      if (named === undefined) return [];
      const ldm =
        how.slice === undefined
          ? key.replace(/\.(weight|bias)$/, '')
          : `${key.replace(/in_proj_\w+$/, '')}${how.slice}_proj`;
      return [{ ldm, diffusers: named.module, part: named.part, stored: { key, ...how } }];
    });
  }
  const named = splitTensor(key);
  if (named === undefined) return [];
  const diffusers =
    naming === 'unet'
      ? unetToDiffusers(named.module)
      : naming === 'vae'
        ? vaeToDiffusers(named.module)
        : withTextModel(named.module);
  return diffusers === undefined ? [] : [{ ldm: named.module, diffusers, part: named.part, stored: { key } }];
}

function splitTensor(key: string): { readonly module: string; readonly part: 'weight' | 'bias' } | undefined {
  const dot = key.lastIndexOf('.');
  const part = key.slice(dot + 1);
  return part === 'weight' || part === 'bias' ? { module: key.slice(0, dot), part } : undefined;
}

/** A module of which not every tensor has been seen. */
type Draft = Omit<Module, 'weight'> & { readonly weight?: StoredName };

function addTensor(modules: Map<string, Draft>, place: Place, named: NamedTensor, shape: readonly number[]): void {
  const id = `${place.component} ${named.diffusers}`;
  const { component } = place;
  const { ldm, diffusers, part, stored } = named;
  const own = stored.slice === undefined ? shape : [shape[0]! / SLICES.length, ...shape.slice(1)];
  const known = modules.get(id) ?? { component, ldm, diffusers, shape: own };
  modules.set(id, part === 'weight' ? { ...known, shape: own, weight: stored } : { ...known, bias: stored });
}

/** SD2 stops before the last block of its text encoder: converters and trainers leave that block and the projection out. */
function dropUnused(modules: readonly Module[], places: readonly Place[]): readonly Module[] {
  if (places.some(({ component, naming }) => component === 'te1' && naming !== 'openclip')) return modules;
  const layers = modules.filter(({ component }) => component === 'te1').map(({ diffusers }) => layerOf(diffusers));
  const last = Math.max(...layers);
  return modules.filter(
    ({ component, diffusers }) =>
      component !== 'te1' || (layerOf(diffusers) !== last && diffusers !== 'text_projection'),
  );
}

function layerOf(path: string): number {
  return Number(/\.layers\.(\d+)\./.exec(path)?.[1] ?? -1);
}

function finder(modules: readonly Module[]): NameTable['find'] {
  const byComponent = new Map<Component, Map<string, Module>>();
  for (const module of modules) {
    const map = byComponent.get(module.component) ?? new Map<string, Module>();
    byComponent.set(module.component, map);
    for (const path of [module.ldm, module.diffusers, module.diffusers.replace(/^text_model\./, '')])
      map.set(flatten(path), module);
  }
  return (component, flat) => {
    const map = byComponent.get(component);
    return map?.get(flat) ?? map?.get(modern(flat));
  };
}

/** Old spellings of what is inside a layer, flattened: what, instead of what. */
const OLD: readonly (readonly [RegExp, string])[] = [
  // diffusers' attention processors
  [/_lora$/, ''],
  [/_processor_/, '_'],
  [/_to_out$/, '_to_out_0'],
  // diffusers' text encoders, between 0.15 and 0.20
  [/_self_attn_to_([qkv])$/, '_self_attn_$1_proj'],
  [/_self_attn_to_out(_0)?$/, '_self_attn_out_proj'],
  // diffusers' VAE before 0.17
  [/_attentions_0_query$/, '_attentions_0_to_q'],
  [/_attentions_0_key$/, '_attentions_0_to_k'],
  [/_attentions_0_value$/, '_attentions_0_to_v'],
  [/_attentions_0_proj_attn$/, '_attentions_0_to_out_0'],
];

function modern(flat: string): string {
  return OLD.reduce((name, [old, now]) => name.replace(old, now), flat);
}

/**
 * The layer that a spelling means: kohya's names (both spellings), diffusers, PEFT, attention processors, LyCORIS standalone,
 * ComfyUI, OneTrainer, the checkpoint's own, or a bare path. `spelling` is the name without the part of the adapter
 * (`.lora_down.weight` and the like; see the parts of a module). Undefined for layers that the model does not have.
 */
export function resolveModule(spelling: string, names: NameTable): Module | undefined {
  const flat = flatten(spelling);
  const hasTwoTexts = ['te1', 'te2'].every((text) => names.places.some(({ component }) => component === text));
  for (const [prefix, components] of PREFIXES) {
    if (!flat.startsWith(prefix)) continue;
    if (prefix === SINGLE_TEXT && hasTwoTexts) return undefined;
    for (const component of components) {
      const found = names.find(component, flat.slice(prefix.length));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Key in the checkpoint of a module's weight or bias. */
export function checkpointKey(module: Module, part: 'weight' | 'bias', names: NameTable): string | undefined {
  const stored = module[part];
  const place = names.places.find(({ component }) => component === module.component);
  return stored === undefined || place === undefined ? undefined : place.prefix + stored.key;
}
