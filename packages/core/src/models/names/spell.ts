import type { Component } from './components.ts';
import { flatten, type Module, type NameTable } from './table.ts';

/** Who would write a layer's name so. */
export type SpellingStyle =
  /** The checkpoint itself, without `.weight`. */
  | 'checkpoint'
  /** diffusers, and PEFT inside diffusers: `unet.down_blocks…`. */
  | 'diffusers'
  /** PEFT alone: `base_model.model.down_blocks…`. */
  | 'peft'
  /** diffusers before 0.20, attention only: `down_blocks….attn1.processor.to_q_lora`. */
  | 'attention-processor'
  /** kohya's trainers for this model: `lora_unet_…`, `lora_te_…`. */
  | 'kohya'
  /** kohya's prefix before the checkpoint's spelling … */
  | 'kohya-ldm'
  /** … and before that of diffusers, whatever the model. */
  | 'kohya-diffusers'
  /** LyCORIS without kohya's trainer: `lycoris_down_blocks_…`. */
  | 'lycoris'
  /** ComfyUI, and OneTrainer's export for it. */
  | 'comfy';

/** Components as diffusers' folders call them. */
export const DIFFUSERS_COMPONENT: Readonly<Record<Component, string>> = {
  unet: 'unet',
  te1: 'text_encoder',
  te2: 'text_encoder_2',
  vae: 'vae',
};

/** A layer's name, without the part of the adapter, in a style; undefined where that style has none for it. */
export function spellModule(module: Module, style: SpellingStyle, names: NameTable): string | undefined {
  const { component, ldm, diffusers } = module;
  switch (style) {
    case 'checkpoint': {
      const prefix = names.places.find((place) => place.component === component)?.prefix;
      return prefix === undefined ? undefined : prefix + ldm;
    }
    case 'diffusers':
      return `${DIFFUSERS_COMPONENT[component]}.${diffusers}`;
    case 'peft':
      return `base_model.model.${diffusers}`;
    case 'attention-processor': {
      const found = /^(.+\.attn[12])\.(to_[qkv]|to_out)(?:\.0)?$/.exec(diffusers);
      return found === null ? undefined : `${found[1]}.processor.${found[2]}_lora`;
    }
    case 'kohya':
      return kohyaName(module, names.kohya, names);
    case 'kohya-ldm':
      return kohyaName(module, 'ldm', names);
    case 'kohya-diffusers':
      return kohyaName(module, 'diffusers', names);
    case 'lycoris':
      return component === 'vae' ? undefined : `lycoris_${flatten(diffusers)}`;
    case 'comfy':
      return comfyName(module, names);
  }
}

function kohyaName(
  { component, ldm, diffusers }: Module,
  unet: 'ldm' | 'diffusers',
  names: NameTable,
): string | undefined {
  switch (component) {
    case 'unet':
      return `lora_unet_${flatten(unet === 'ldm' ? ldm : diffusers)}`;
    case 'te1':
      return `${names.kohya === 'ldm' ? 'lora_te1_' : 'lora_te_'}${flatten(diffusers)}`;
    case 'te2':
      return `lora_te2_${flatten(diffusers)}`;
    case 'vae':
      return undefined;
  }
}

function comfyName({ component, ldm, diffusers }: Module, names: NameTable): string | undefined {
  switch (component) {
    case 'unet':
      return `diffusion_model.${ldm}`;
    case 'te1': {
      const large = names.places.some((place) => place.component === 'te1' && place.naming === 'openclip');
      return `text_encoders.${large ? 'clip_h' : 'clip_l'}.transformer.${diffusers}`;
    }
    case 'te2':
      return `text_encoders.clip_g.transformer.${diffusers}`;
    case 'vae':
      return undefined;
  }
}
