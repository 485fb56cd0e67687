import type { Component } from './components.ts';
import type { Module, NameTable } from './table.ts';

// The first LoRA files (cloneofsimo/lora) number their modules in the order in which that program met them in the
// networks of diffusers 0.10: on the way down, on the way up, the middle last; attention before residual blocks.

const DEFAULT_CLASSES: readonly string[] = ['CrossAttention', 'Attention', 'GEGLU'];

/** Layers of a transformer block, in order: the class that must be asked for, path. */
const TRANSFORMER: readonly (readonly [string, string])[] = [
  ['CrossAttention', 'attn1.to_q'],
  ['CrossAttention', 'attn1.to_k'],
  ['CrossAttention', 'attn1.to_v'],
  ['CrossAttention', 'attn1.to_out.0'],
  ['GEGLU', 'ff.net.0.proj'],
  ['CrossAttention', 'attn2.to_q'],
  ['CrossAttention', 'attn2.to_k'],
  ['CrossAttention', 'attn2.to_v'],
  ['CrossAttention', 'attn2.to_out.0'],
];
const RESIDUAL: readonly (readonly [string, string])[] = [
  ['ResnetBlock2D', 'conv1'],
  ['ResnetBlock2D', 'time_emb_proj'],
  ['ResnetBlock2D', 'conv2'],
  ['ResnetBlock2D', 'conv_shortcut'],
];
const TEXT: readonly string[] = ['self_attn.k_proj', 'self_attn.v_proj', 'self_attn.q_proj', 'self_attn.out_proj'];

/** More levels or layers than any model has. */
const MOST = 64;

/**
 * The layers of a component in the order of their numbers (`unet:0:up` is the first).
 * `classes`: what the file's metadata lists under the component's name.
 */
export function numberedModules(
  component: Component,
  names: NameTable,
  classes: readonly string[] = DEFAULT_CLASSES,
): Module[] {
  const found: Module[] = [];
  const add = (path: string): void => {
    const module = names.find(component, path.replaceAll('.', '_'));
    if (module !== undefined) found.push(module);
  };
  if (component !== 'unet') {
    for (let layer = 0; layer < MOST; layer++)
      for (const name of TEXT) add(`text_model.encoder.layers.${layer}.${name}`);
    return found;
  }
  const wanted = (list: readonly (readonly [string, string])[]): string[] =>
    list.filter(([kind]) => classes.includes(kind)).map(([, path]) => path);
  const [transformer, residual] = [wanted(TRANSFORMER), wanted(RESIDUAL)];
  const blocks = [...count(MOST / 8, 'down_blocks'), ...count(MOST / 8, 'up_blocks'), 'mid_block'];
  for (const block of blocks) {
    for (const attention of count(3, `${block}.attentions`))
      for (const inner of count(MOST, `${attention}.transformer_blocks`))
        for (const path of transformer) add(`${inner}.${path}`);
    for (const resnet of count(3, `${block}.resnets`)) for (const path of residual) add(`${resnet}.${path}`);
  }
  return found;
}

function count(most: number, path: string): string[] {
  return Array.from({ length: most }, (_, i) => `${path}.${i}`);
}
