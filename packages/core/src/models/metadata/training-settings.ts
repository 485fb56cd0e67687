/** A setting of a training, for people. */
export interface TrainingSetting {
  readonly name: string;
  readonly value: string;
}

/** Metadata that people ask for: what to call them, and the keys that hold them, the first that is there. */
const SETTINGS: readonly (readonly [string, readonly string[]])[] = [
  ['base model', ['ss_sd_model_name']],
  ['base version', ['ss_base_model_version', 'modelspec.architecture']],
  ['network', ['ss_network_module']],
  ['rank', ['ss_network_dim']],
  ['alpha', ['ss_network_alpha']],
  ['network options', ['ss_network_args']],
  ['learning rate', ['ss_learning_rate']],
  ['learning rate of the UNet', ['ss_unet_lr']],
  ['learning rate of the text encoder', ['ss_text_encoder_lr']],
  ['schedule', ['ss_lr_scheduler']],
  ['optimizer', ['ss_optimizer']],
  ['steps', ['ss_steps', 'ss_max_train_steps']],
  ['epochs', ['ss_epoch', 'ss_num_epochs']],
  ['pictures', ['ss_num_train_images']],
  ['batch', ['ss_total_batch_size', 'ss_batch_size_per_device']],
  ['resolution', ['ss_resolution', 'modelspec.resolution']],
  ['clip skip', ['ss_clip_skip', 'modelspec.encoder_layer']],
  ['prediction', ['modelspec.prediction_type']],
  ['noise offset', ['ss_noise_offset']],
  ['min SNR gamma', ['ss_min_snr_gamma']],
  ['seed', ['ss_seed']],
  ['comment', ['ss_training_comment']],
];

/** Python's words for nothing. */
const NOTHING: ReadonlySet<string> = new Set(['', 'None', 'null', '{}']);

/** The settings of the training that a file's metadata tell, without those that are not set. */
export function trainingSettings(metadata: ReadonlyMap<string, string>): TrainingSetting[] {
  return SETTINGS.flatMap(([name, keys]) => {
    const value = keys.map((key) => metadata.get(key)).find((text) => text !== undefined && !NOTHING.has(text));
    return value === undefined ? [] : [{ name, value }];
  });
}
