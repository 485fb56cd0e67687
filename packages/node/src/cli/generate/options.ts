import type { Option, OptionGroup } from '../option.ts';

/** An option and what it fills: a field of the API's request, or one of the webui's settings. */
export interface PictureOption extends Option {
  readonly field?: string;
  readonly setting?: string;
  /** Words for the numbers that the request has. */
  readonly words?: Readonly<Record<string, unknown>>;
}

interface PictureOptionGroup extends OptionGroup {
  readonly options: readonly PictureOption[];
}

/** Words of several programs for what a network predicts. */
const PREDICTIONS: Readonly<Record<string, string>> = {
  auto: 'Automatic',
  automatic: 'Automatic',
  epsilon: 'epsilon',
  eps: 'epsilon',
  v: 'v',
  v_prediction: 'v',
  'v-prediction': 'v',
  v_pred: 'v',
  'v-pred': 'v',
  vpred: 'v',
};

/** Options of `graft generate`. Those with a field or a setting go straight into the request. */
export const GENERATE_OPTIONS: readonly PictureOptionGroup[] = [
  {
    title: 'Picture',
    options: [
      {
        name: 'negative',
        short: 'n',
        aliases: ['negative-prompt'],
        value: 'TEXT',
        field: 'negative_prompt',
        help: 'What should not be in the picture',
      },
      {
        name: 'size',
        value: 'WxH',
        help: "Size in pixels, multiples of 8; without it the model's own, or that of --init",
      },
      { name: 'width', short: 'W', value: 'N', field: 'width', help: 'Width alone' },
      { name: 'height', short: 'H', value: 'N', field: 'height', help: 'Height alone' },
      {
        name: 'seed',
        short: 's',
        value: 'N',
        field: 'seed',
        help: 'The same seed and options give the same picture; -1 draws one',
      },
      {
        name: 'steps',
        value: 'N',
        aliases: ['num-inference-steps', 'sampling-steps'],
        field: 'steps',
        help: 'Sampling steps (20)',
      },
      {
        name: 'cfg',
        aliases: ['cfg-scale', 'guidance', 'guidance-scale'],
        value: 'X',
        field: 'cfg_scale',
        help: 'How closely to follow the prompt (7; 4.5 for the model that comes with Graft)',
      },
      {
        name: 'sampler',
        aliases: ['sampler-name', 'sampling-method'],
        value: 'NAME',
        help: 'Such as "Euler a" (the default), "DPM++ 2M", DDIM, UniPC',
      },
      {
        name: 'scheduler',
        aliases: ['schedule', 'schedule-type'],
        value: 'NAME',
        help: "Noise schedule, such as Karras; without it the sampler's own",
      },
      {
        name: 'batch',
        short: 'b',
        aliases: ['batch-size'],
        value: 'N',
        field: 'batch_size',
        help: 'Pictures drawn at once',
      },
      {
        name: 'count',
        aliases: ['n-iter', 'batch-count', 'iterations'],
        value: 'N',
        field: 'n_iter',
        help: 'Batches drawn one after the other',
      },
      { name: 'style', value: 'NAME', multiple: true, help: 'A style of --styles; may be given several times' },
      { name: 'styles', value: 'FILE', help: "Table of styles, as the webui's styles.csv" },
      { name: 'tiling', setting: 'tiling', help: 'Make a picture whose edges fit each other' },
    ],
  },
  {
    title: 'Models (a name in the library, or a file)',
    options: [
      {
        name: 'model',
        short: 'm',
        aliases: ['checkpoint', 'ckpt'],
        value: 'NAME',
        setting: 'sd_model_checkpoint',
        help: 'Checkpoint; without it the first that draws from text by itself',
      },
      { name: 'vae', value: 'NAME', setting: 'sd_vae', help: "VAE instead of the checkpoint's own" },
      {
        name: 'prediction',
        aliases: ['prediction-type', 'parameterization'],
        value: 'TYPE',
        setting: 'prediction',
        words: PREDICTIONS,
        help: 'What its network predicts, epsilon or v, where Graft does not find it out (auto)',
      },
      {
        name: 'text-encoder',
        aliases: ['clip', 'clip-l'],
        value: 'FILE',
        help: "Text encoder instead of the checkpoint's own",
      },
      {
        name: 'text-encoder-2',
        aliases: ['clip-g'],
        value: 'FILE',
        help: 'The same of the second one, which SDXL has',
      },
      {
        name: 'lora',
        aliases: ['lyco'],
        value: 'NAME[:X]',
        multiple: true,
        help: 'LoRA or relative of strength X (1); the same as <lora:NAME:X> in the prompt',
      },
      {
        name: 'embedding',
        aliases: ['textual-inversion'],
        value: 'FILE',
        multiple: true,
        help: 'Embedding that the prompt may call by its file name; those of the model folders are there anyway',
      },
      {
        name: 'hypernet',
        aliases: ['hypernetwork'],
        value: 'NAME[:X]',
        multiple: true,
        help: 'Hypernetwork of strength X (1); the same as <hypernet:NAME:X> in the prompt',
      },
      {
        name: 'clip-skip',
        value: 'N',
        setting: 'CLIP_stop_at_last_layers',
        help: 'Use the text encoder up to its Nth last layer (1)',
      },
      { name: 'refiner', value: 'NAME', field: 'refiner_checkpoint', help: 'Checkpoint that takes over on the way' },
      {
        name: 'refiner-switch',
        aliases: ['refiner-switch-at'],
        value: 'X',
        field: 'refiner_switch_at',
        help: 'Part of the way after which it does, 0 to 1 (0.8)',
      },
    ],
  },
  {
    title: 'From another picture',
    options: [
      {
        name: 'init',
        short: 'i',
        aliases: ['init-image', 'init-img', 'image'],
        value: 'IMAGE',
        multiple: true,
        help: 'Picture to start from; several fill a batch',
      },
      {
        name: 'strength',
        aliases: ['denoising-strength', 'denoise', 'hires-strength'],
        value: 'X',
        field: 'denoising_strength',
        help: 'How much to change it, 0 to 1 (0.75; 0.7 in a second pass)',
      },
      {
        name: 'resize-mode',
        value: 'HOW',
        field: 'resize_mode',
        words: { stretch: 0, crop: 1, fill: 2, latent: 3 },
        help: 'How it is brought to size: stretch (the default), crop, fill, latent',
      },
      { name: 'mask', value: 'IMAGE', help: 'Change only where this picture is white' },
      { name: 'mask-blur', value: 'N', field: 'mask_blur', help: 'Soften the edge of the mask by so many pixels (4)' },
      { name: 'invert-mask', aliases: ['mask-invert'], help: 'Change where the mask is black instead' },
      {
        name: 'masked-content',
        aliases: ['inpaint-fill'],
        value: 'HOW',
        field: 'inpainting_fill',
        words: { fill: 0, original: 1, noise: 2, nothing: 3 },
        help: 'What the masked part starts from: original (the default), fill, noise, nothing',
      },
      { name: 'only-masked', help: 'Draw the masked part at full size and put it back' },
      {
        name: 'padding',
        value: 'N',
        field: 'inpaint_full_res_padding',
        help: 'Pixels around it that are looked at (32)',
      },
      {
        name: 'image-cfg',
        value: 'X',
        field: 'image_cfg_scale',
        help: 'For models that edit pictures: how closely to follow the picture',
      },
    ],
  },
  {
    title: 'Second pass at a larger size ("hires fix")',
    options: [
      { name: 'hires', value: 'SCALE', field: 'hr_scale', help: 'Draw again at so many times the size, such as 2' },
      { name: 'hires-size', value: 'WxH', help: 'Draw again at this size' },
      {
        name: 'hires-steps',
        value: 'N',
        field: 'hr_second_pass_steps',
        help: 'Steps of the second pass (as many as of the first)',
      },
      {
        name: 'hires-upscaler',
        aliases: ['upscaler'],
        value: 'NAME',
        field: 'hr_upscaler',
        help: 'Latent (the default), "Latent (nearest)", Lanczos, Nearest …',
      },
      { name: 'hires-sampler', value: 'NAME', help: 'Another sampler' },
      { name: 'hires-scheduler', value: 'NAME', help: 'Another noise schedule' },
      { name: 'hires-model', value: 'NAME', field: 'hr_checkpoint_name', help: 'Another checkpoint' },
      { name: 'hires-prompt', value: 'TEXT', field: 'hr_prompt', help: 'Another prompt' },
      { name: 'hires-negative', value: 'TEXT', field: 'hr_negative_prompt', help: 'Another negative prompt' },
    ],
  },
  {
    title: 'Variations and details',
    options: [
      { name: 'variation-seed', aliases: ['subseed'], value: 'N', field: 'subseed', help: 'A second seed …' },
      {
        name: 'variation-strength',
        aliases: ['subseed-strength'],
        value: 'X',
        field: 'subseed_strength',
        help: '… and how much of it to mix in, 0 to 1',
      },
      { name: 'eta', value: 'X', field: 'eta', help: 'Share of the noise that a sampler renews in each step' },
      {
        name: 'rng',
        value: 'NAME',
        setting: 'randn_source',
        words: { cpu: 'CPU', nv: 'NV', gpu: 'GPU' },
        help: "Noise as the webui's setting CPU, NV or GPU gives it (GPU)",
      },
      {
        name: 'emphasis',
        value: 'MODE',
        setting: 'emphasis',
        words: { original: 'Original', 'no norm': 'No norm', 'no-norm': 'No norm', ignore: 'Ignore', none: 'None' },
        help: 'What brackets in prompts do: Original, "No norm", Ignore, None',
      },
      {
        name: 'set',
        value: 'NAME=VALUE',
        multiple: true,
        help: "A setting of the webui, or field of its API's requests",
      },
    ],
  },
  {
    title: 'Again',
    options: [
      {
        name: 'from',
        value: 'IMAGE',
        help: 'Draw a picture again from what is written in it, or from a text of parameters; other options change it',
      },
      {
        name: 'request',
        value: 'FILE',
        help: "Carry out a request to the webui's API, a JSON file; other options change it",
      },
    ],
  },
  {
    title: 'Output',
    options: [
      {
        name: 'output',
        short: 'o',
        value: 'PATH',
        help: 'File or folder; without it the next free name of out.png, out-2.png …',
      },
      { name: 'format', value: 'NAME', help: 'png (the default), jpeg or webp' },
      { name: 'quality', value: 'N', help: 'Of jpeg and webp, 1 to 100 (80)' },
      { name: 'grid', help: 'Put all pictures into one more' },
      { name: 'no-metadata', help: 'Do not write the parameters into the pictures' },
      {
        name: 'preview',
        value: 'FILE',
        help: 'Write a picture of the work now and then: sharp where models/VAE-taesd has a decoder',
      },
    ],
  },
  {
    title: 'Engine',
    options: [
      { name: 'device', value: 'NAME', help: 'cpu (the default), webgpu, cuda, coreml or dml' },
      { name: 'threads', value: 'N', help: 'Threads of the processor (all)' },
      { name: 'low-memory', aliases: ['lowvram', 'medvram'], help: 'About half the memory, slower' },
      { name: 'no-memory-check', help: 'Draw also where memory seems not to be enough' },
    ],
  },
];

/** Every option of `graft generate`. */
export const PICTURE_OPTIONS: readonly PictureOption[] = GENERATE_OPTIONS.flatMap(({ options }) => options);

/** How users write the fields of a request: "--steps" for `steps`, for messages. */
export const FIELD_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ...PICTURE_OPTIONS.flatMap(({ name, field, setting }): [string, string[]][] =>
    field !== undefined
      ? [[field, [`--${name}`]]]
      : setting !== undefined
        ? [
            [setting, [`--${name}`]],
            [`override_settings.${setting}`, [`--${name}`]],
          ]
        : [],
  ),
  ['width', ['--size', '--width']],
  ['height', ['--size', '--height']],
  ['hr_resize_x', ['--hires-size']],
  ['hr_resize_y', ['--hires-size']],
  ['sampler_name', ['--sampler']],
  ['scheduler', ['--scheduler']],
  ['hr_sampler_name', ['--hires-sampler']],
  ['hr_scheduler', ['--hires-scheduler']],
  ['init_images', ['--init']],
  ['mask', ['--mask']],
  ['styles', ['--style']],
  ['text encoder', ['--text-encoder']],
  ['lora', ['--lora']],
  ['hypernet', ['--hypernet']],
]);
