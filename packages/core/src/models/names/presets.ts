import { RequestError } from '../../errors/index.ts';
import type { Module, NameTable } from './table.ts';

/** Which layers a trainer adapts: kohya's two settings and LyCORIS' presets. */
export type Preset =
  | 'kohya'
  | 'kohya+conv'
  | 'full'
  | 'full-lin'
  | 'attn-mlp'
  | 'attn-only'
  | 'unet-only'
  | 'unet-transformer-only'
  | 'unet-convblock-only'
  | 'ia3';

/** Where a layer stands in its network. */
type Region = 'attention' | 'transformer' | 'residual' | 'resize' | 'time' | 'first' | 'last' | 'mlp' | 'other';

interface Rule {
  /** Regions of the UNet, by the class of what holds the layer. */
  readonly unet: readonly Region[];
  /** Regions that the preset finds by names of diffusers, which the trainer for SDXL does not use. */
  readonly named: readonly Region[];
  readonly text: readonly Region[];
  /** Whether convolutions with kernels are adapted. */
  readonly kernels: boolean;
}

const TRANSFORMER: readonly Region[] = ['attention', 'transformer'];
const BLOCKS: readonly Region[] = ['residual', 'resize'];
const TEXT: readonly Region[] = ['attention', 'mlp'];

/** kohya-ss/sd-scripts networks/lora.py; KohakuBlueleaf/LyCORIS lycoris/config.py (3.x). */
const RULES: Readonly<Record<Preset, Rule>> = {
  kohya: { unet: TRANSFORMER, named: [], text: TEXT, kernels: false },
  'kohya+conv': { unet: [...TRANSFORMER, ...BLOCKS], named: [], text: TEXT, kernels: true },
  full: { unet: [...TRANSFORMER, ...BLOCKS], named: ['first', 'last', 'time'], text: TEXT, kernels: true },
  'full-lin': { unet: [...TRANSFORMER, 'residual'], named: ['time'], text: TEXT, kernels: false },
  'attn-mlp': { unet: TRANSFORMER, named: [], text: TEXT, kernels: false },
  'attn-only': { unet: ['attention'], named: [], text: ['attention'], kernels: false },
  'unet-only': { unet: [...TRANSFORMER, ...BLOCKS], named: ['first', 'last', 'time'], text: [], kernels: true },
  'unet-transformer-only': { unet: TRANSFORMER, named: [], text: [], kernels: false },
  'unet-convblock-only': { unet: BLOCKS, named: ['first', 'last'], text: [], kernels: true },
  // Its names are those of whole modules, which the trainer compares with the names of their parts: nothing is found.
  ia3: { unet: [], named: [], text: [], kernels: false },
};

/** The presets whose classes hold `TimestepEmbedding` since LyCORIS 4. */
const TIME_CLASS: ReadonlySet<Preset> = new Set(['full', 'full-lin', 'attn-mlp', 'unet-only', 'unet-transformer-only']);

export interface PresetOptions {
  /** As LyCORIS 4 has it: the class of the time embedding is listed too. Default false. */
  readonly timeClass?: boolean;
}

/**
 * The layers that a trainer would adapt, norms aside.
 * Throws RequestError where the trainer itself stops, because the preset names layers twice.
 */
export function presetModules(preset: Preset, names: NameTable, options: PresetOptions = {}): Module[] {
  const rule = RULES[preset];
  const named = names.kohya === 'diffusers' ? rule.named : [];
  const byClass = [
    ...rule.unet,
    ...(options.timeClass === true && names.kohya === 'diffusers' && TIME_CLASS.has(preset) ? (['time'] as const) : []),
  ];
  const twice = byClass.find((region) => named.includes(region));
  if (twice !== undefined) {
    throw new RequestError('preset', `${preset} names the layers of the ${twice} embedding twice`, {
      hint: 'Use the preset as LyCORIS 3 has it.',
    });
  }
  const unet = new Set<Region>([...byClass, ...named]);
  const text = new Set<Region>(rule.text);
  return names.modules.filter((module) => {
    if (module.shape.length < 2) return false;
    if (module.component !== 'unet') return module.component !== 'vae' && text.has(textRegion(module.diffusers));
    return unet.has(unetRegion(module.diffusers)) && (rule.kernels || kernel(module.shape) === 1);
  });
}

function kernel(shape: readonly number[]): number {
  return (shape[2] ?? 1) * (shape[3] ?? 1);
}

function unetRegion(path: string): Region {
  if (path.includes('.attn')) return 'attention';
  if (path.includes('.attentions.')) return 'transformer';
  if (path.includes('.resnets.')) return 'residual';
  if (path.includes('samplers.')) return 'resize';
  if (path.startsWith('time_embedding.')) return 'time';
  return path === 'conv_in' ? 'first' : path === 'conv_out' ? 'last' : 'other';
}

function textRegion(path: string): Region {
  return path.includes('.self_attn.') ? 'attention' : path.includes('.mlp.') ? 'mlp' : 'other';
}
