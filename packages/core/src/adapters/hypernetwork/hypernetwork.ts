import { AdapterError, FormatError, RequestError } from '../../errors/index.ts';
import type { PickleDict, PickleValue } from '../../formats/index.ts';
import { weight, type Value, type WeightRef } from '../../graph/index.ts';
import { describeModel, withArticle, type OpenedModel } from '../../models/index.ts';
import { add, layerNorm, linear, mul } from '../../ops/index.ts';
import { activation, learns } from './activations.ts';
import { derivedDropout, hypernetworkLayers, type HypernetworkLayer, type HypernetworkStructure } from './structure.ts';

/** One network: what it does to the keys or the values of an attention of its width. */
export interface HypernetworkModule {
  readonly layers: readonly HypernetworkLayer[];
  /** By what torch's Sequential calls them: `0.weight`. */
  readonly tensors: ReadonlyMap<string, WeightRef>;
}

/** A hypernetwork: for some widths of attention contexts, a network before the keys and one before the values. */
export interface Hypernetwork {
  /** The name in the file: A1111 shows it, prompts use the file's stem. */
  readonly name: string;
  readonly step: number;
  readonly checkpoint: string | undefined;
  readonly checkpointName: string | undefined;
  readonly structure: HypernetworkStructure;
  /** How its weights were drawn at first: for people. */
  readonly weightInit: string;
  readonly useDropout: boolean;
  readonly lastLayerDropout: boolean;
  readonly modules: ReadonlyMap<number, { readonly k: HypernetworkModule; readonly v: HypernetworkModule }>;
}

const KEY = /^(\d{1,6})\.([01])\.linear(?:\.(\d{1,4})|([12]))\.(weight|bias)$/;

/**
 * The hypernetwork in an opened file of any age; what old files do not say has the value of their time. `stem`: name of the file.
 * Throws FormatError `not-a-model` for files of another kind, AdapterError where the tensors are not those of the structure.
 */
export function openHypernetwork({ file, weights }: OpenedModel, stem: string): Hypernetwork {
  const found = new Map<number, readonly [Map<string, WeightRef>, Map<string, WeightRef>]>();
  for (const [key, ref] of weights) {
    const [, width, side, index, old, part] = KEY.exec(key) ?? [];
    if (width === undefined) continue;
    const sides = found.get(Number(width)) ?? [new Map<string, WeightRef>(), new Map<string, WeightRef>()];
    found.set(Number(width), sides);
    // The first files number their two layers from 1.
    sides[side === '0' ? 0 : 1].set(`${index ?? Number(old) - 1}.${part}`, ref);
  }
  if (found.size === 0) {
    const { kind, what } = describeModel(file);
    const known = kind !== 'unknown' && kind !== 'hypernetwork';
    throw new FormatError('not-a-model', file.name, `is no hypernetwork${known ? ` but ${withArticle(what)}` : ''}`, {
      hint: 'A hypernetwork is a .pt file that the webui, or a trainer for it, has written.',
    });
  }
  const notes = readNotes(file.value instanceof Map ? file.value : new Map());
  const modules = [...found].map(([width, [k, v]]) => {
    const layers = layersOf(file.name, width, notes.structure);
    return [width, { k: checkModule(file.name, layers, k), v: checkModule(file.name, layers, v) }] as const;
  });
  return { ...notes, name: notes.name ?? stem, modules: new Map(modules) };
}

type Notes = Omit<Hypernetwork, 'name' | 'modules'> & { readonly name: string | undefined };

function readNotes(value: PickleDict): Notes {
  const text = (key: string): string | undefined => asText(value.get(key));
  const flag = (key: string, absent: boolean): boolean => {
    const given = value.get(key);
    return given === undefined ? absent : isTrue(given);
  };
  const layers = asNumbers(value.get('layer_structure')) ?? [1, 2, 1];
  const given = asNumbers(value.get('dropout_structure'));
  const useDropout = given?.some((share) => share !== 0) === true || flag('use_dropout', false);
  const lastLayerDropout = flag('last_layer_dropout', false);
  const step = value.get('step');
  return {
    name: text('name'),
    step: typeof step === 'number' ? step : 0,
    checkpoint: text('sd_checkpoint'),
    checkpointName: text('sd_checkpoint_name'),
    structure: {
      layers,
      activation: text('activation_func'),
      layerNorm: flag('is_layer_norm', false),
      activateOutput: flag('activate_output', true),
      dropout: given ?? derivedDropout(layers, { use: useDropout, last: lastLayerDropout }),
    },
    weightInit: text('weight_initialization') ?? 'Normal',
    useDropout,
    lastLayerDropout,
  };
}

function asText(value: PickleValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isTrue(value: PickleValue): boolean {
  return value !== null && value !== false && value !== 0 && value !== '';
}

function asNumbers(value: PickleValue | undefined): readonly number[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : undefined;
}

function layersOf(source: string, width: number, structure: HypernetworkStructure): readonly HypernetworkLayer[] {
  try {
    return hypernetworkLayers(width, structure);
  } catch (error) {
    if (error instanceof RequestError)
      throw new AdapterError(source, `cannot be built: ${error.message}`, { hint: error.hint, cause: error });
    throw error;
  }
}

/** Shapes of the tensors of a step, by their names. */
function shapesOf(layer: HypernetworkLayer): readonly (readonly [string, readonly number[]])[] {
  switch (layer.kind) {
    case 'linear':
      return [
        [`${layer.index}.weight`, [layer.to, layer.from]],
        [`${layer.index}.bias`, [layer.to]],
      ];
    case 'norm':
      return [
        [`${layer.index}.weight`, [layer.width]],
        [`${layer.index}.bias`, [layer.width]],
      ];
    case 'activation':
      return learns(layer.name) ? [[`${layer.index}.weight`, [1]]] : [];
    case 'dropout':
      return [];
  }
}

function checkModule(
  source: string,
  layers: readonly HypernetworkLayer[],
  tensors: ReadonlyMap<string, WeightRef>,
): HypernetworkModule {
  const wanted = new Map(layers.flatMap(shapesOf));
  for (const [key, shape] of wanted) {
    const ref = tensors.get(key);
    if (ref === undefined) throw new AdapterError(source, `lacks the tensor linear.${key} of its structure`, { key });
    if (ref.shape.length !== shape.length || ref.shape.some((size, i) => size !== shape[i])) {
      throw new AdapterError(
        source,
        `${ref.name} is [${ref.shape.join(', ')}], its structure needs [${shape.join(', ')}]`,
        {
          key: ref.name,
        },
      );
    }
  }
  for (const [key, ref] of tensors)
    if (!wanted.has(key))
      throw new AdapterError(source, `${ref.name} has no place in its structure`, { key: ref.name });
  return { layers, tensors };
}

export interface ApplyOptions {
  /** Multiplies what is added; a scalar. */
  readonly strength: Value;
  /** How a tensor enters the graph; as a stored weight if absent. */
  readonly param?: (ref: WeightRef) => Value;
}

/** x + strength·net(x). x [b, n, d] → same shape. Dropout does nothing outside training. */
export function applyHypernetwork(
  x: Value,
  { layers, tensors }: HypernetworkModule,
  { strength, param = weight }: ApplyOptions,
): Value {
  const tensor = (index: number, part: 'weight' | 'bias'): Value => param(tensors.get(`${index}.${part}`)!);
  let h = x;
  for (const layer of layers) {
    const { index } = layer;
    if (layer.kind === 'linear') h = linear(h, tensor(index, 'weight'), tensor(index, 'bias'));
    else if (layer.kind === 'norm') h = layerNorm(h, tensor(index, 'weight'), tensor(index, 'bias'), 1e-5);
    else if (layer.kind === 'activation')
      h = activation(layer.name)(h, learns(layer.name) ? tensor(index, 'weight') : undefined);
  }
  return add(x, mul(h, strength));
}
