/** Names of layers and tensors in every spelling, both ways. */
export { a1111Layer, a1111Layers, a1111Spelling, type A1111Layers } from './a1111.ts';
export { checkpointShapes, knownNames, type KnownBase } from './architecture.ts';
export { mergingBlock, trainingBlock, unetPlace, type UNetPlace } from './blocks.ts';
export { checkpointNames, type CheckpointName } from './checkpoint-names.ts';
export {
  findPlaceAlone,
  findPlaces,
  usualPrefix,
  type Component,
  type ComponentNaming,
  type Place,
} from './components.ts';
export {
  checkpointToDiffusers,
  diffusersToCheckpoint,
  type CheckpointLayout,
  type ConvertedTensor,
  type DiffusersParts,
  type FromDiffusers,
  type ToDiffusers,
} from './convert.ts';
export { a1111Config, diffusersType } from './detect.ts';
export { numberedModules } from './numbered.ts';
export { presetModules, type Preset, type PresetOptions } from './presets.ts';
export { DIFFUSERS_COMPONENT, spellModule, type SpellingStyle } from './spell.ts';
export {
  checkpointKey,
  createNames,
  flatten,
  resolveModule,
  type Module,
  type NameTable,
  type StoredName,
  type TensorShapes,
} from './table.ts';
export { COMMON_PARTS, splitBundled, splitKey, type SplitKey } from './split-key.ts';
export { SLICES, type Slice } from './text-names.ts';
