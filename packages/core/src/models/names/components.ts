/** A network of a model: the UNet, the first and the second text encoder, the VAE. */
export type Component = 'unet' | 'te1' | 'te2' | 'vae';

/** How a component's names are spelled in a checkpoint. */
export type ComponentNaming = 'unet' | 'vae' | 'hf' | 'openclip';

/** Where a checkpoint keeps a component. */
export interface Place {
  readonly component: Component;
  readonly prefix: string;
  readonly naming: ComponentNaming;
}

interface Sign extends Place {
  /** Below the prefix; every such component has it. */
  readonly sign: string;
}

const TOKENS = 'embeddings.token_embedding.weight';

/** In the order in which they are looked for: the first that is there is the component's place. */
const PLACES: readonly Sign[] = [
  { component: 'unet', prefix: 'model.diffusion_model.', naming: 'unet', sign: 'input_blocks.0.0.weight' },
  { component: 'unet', prefix: '', naming: 'unet', sign: 'input_blocks.0.0.weight' },
  { component: 'te1', prefix: 'cond_stage_model.transformer.text_model.', naming: 'hf', sign: TOKENS },
  { component: 'te1', prefix: 'cond_stage_model.transformer.', naming: 'hf', sign: TOKENS },
  { component: 'te1', prefix: 'cond_stage_model.model.', naming: 'openclip', sign: 'token_embedding.weight' },
  { component: 'te1', prefix: 'conditioner.embedders.0.transformer.text_model.', naming: 'hf', sign: TOKENS },
  { component: 'te1', prefix: 'text_model.', naming: 'hf', sign: TOKENS },
  { component: 'te2', prefix: 'conditioner.embedders.1.model.', naming: 'openclip', sign: 'token_embedding.weight' },
  { component: 'te2', prefix: 'conditioner.embedders.1.transformer.', naming: 'hf', sign: `text_model.${TOKENS}` },
  { component: 'te2', prefix: 'conditioner.embedders.0.model.', naming: 'openclip', sign: 'token_embedding.weight' },
  { component: 'vae', prefix: 'first_stage_model.', naming: 'vae', sign: 'decoder.conv_in.weight' },
  { component: 'vae', prefix: '', naming: 'vae', sign: 'decoder.conv_in.weight' },
];

/** Where the components of a checkpoint lie, by the names of its tensors. */
export function findPlaces(keys: { has(key: string): boolean }): Place[] {
  const found = new Map<Component, Place>();
  for (const { component, prefix, naming, sign } of PLACES) {
    if (found.has(component) || !keys.has(prefix + sign)) continue;
    // SD2-turbo keeps its only text encoder where the SDXL refiner does; only SDXL's UNet takes a vector.
    const first =
      component === 'te2' && prefix.includes('.0.') && !keys.has('model.diffusion_model.label_emb.0.0.weight');
    found.set(first ? 'te1' : component, { component: first ? 'te1' : component, prefix, naming });
  }
  return [...found.values()];
}

/** Text encoders in files of their own. */
const ALONE: readonly Omit<Sign, 'component'>[] = [
  { prefix: 'text_model.', naming: 'hf', sign: TOKENS },
  { prefix: '', naming: 'hf', sign: TOKENS },
  { prefix: '', naming: 'openclip', sign: 'token_embedding.weight' },
];

/** Where a file that holds one component, or a whole checkpoint, keeps it. */
export function findPlaceAlone(component: Component, keys: { has(key: string): boolean }): Place | undefined {
  const inside = findPlaces(keys).find((place) => place.component === component);
  if (inside || component === 'unet' || component === 'vae') return inside;
  const alone = ALONE.find(({ prefix, sign }) => keys.has(prefix + sign));
  if (!alone) return undefined;
  // The projection to the pooled vector lies beside `text_model.`.
  const prefix = component === 'te2' && alone.prefix === 'text_model.' ? '' : alone.prefix;
  return { component, prefix, naming: alone.naming };
}

/** Where the checkpoints of a kind keep a component: the place that `findPlaces` finds first. */
export function usualPrefix({ component, naming }: Place): string {
  return PLACES.find((place) => place.component === component && place.naming === naming)!.prefix;
}

/** The prefix of trainers for models with one text encoder: where there are two A1111 finds nothing by it. */
export const SINGLE_TEXT = 'lora_te_';

/** What spellings of adapters begin with, flattened, and whose modules follow; the longest come first. */
export const PREFIXES: readonly (readonly [string, readonly Component[]])[] = (
  [
    // kohya's trainers and LyCORIS inside them
    ['lora_unet_', ['unet']],
    ['oft_unet_', ['unet']],
    [SINGLE_TEXT, ['te1', 'te2']],
    ['lora_te1_', ['te1']],
    ['lora_te2_', ['te2']],
    // LyCORIS standalone names no component
    ['lycoris_', ['unet', 'te1', 'te2']],
    // diffusers and PEFT
    ['unet_', ['unet']],
    ['text_encoder_', ['te1']],
    ['text_encoder_2_', ['te2']],
    ['base_model_model_', ['unet', 'te1', 'te2']],
    ['base_model_model_unet_', ['unet']],
    ['base_model_model_text_encoder_', ['te1']],
    ['base_model_model_text_encoder_2_', ['te2']],
    ['unet_base_model_model_', ['unet']],
    ['text_encoder_base_model_model_', ['te1']],
    ['text_encoder_2_base_model_model_', ['te2']],
    ['vae_', ['vae']],
    // ComfyUI and OneTrainer
    ['diffusion_model_', ['unet']],
    ['text_encoders_clip_l_transformer_', ['te1']],
    ['text_encoders_clip_h_transformer_', ['te1']],
    ['text_encoders_clip_g_transformer_', ['te2']],
    // checkpoints
    ['model_diffusion_model_', ['unet']],
    ['cond_stage_model_transformer_', ['te1']],
    ['cond_stage_model_model_', ['te1']],
    ['conditioner_embedders_0_transformer_', ['te1']],
    ['conditioner_embedders_0_model_', ['te1', 'te2']],
    ['conditioner_embedders_1_model_', ['te2']],
    ['first_stage_model_', ['vae']],
    ['', ['unet', 'te1', 'te2', 'vae']],
  ] as const satisfies readonly (readonly [string, readonly Component[]])[]
).toSorted(([a], [b]) => b.length - a.length);
