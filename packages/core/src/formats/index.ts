/** Files: models (safetensors, torch) as data that nothing executes. */
export type { ByteRange, Container, ModelFile, StoredTensor, TensorEntry } from './model-file.ts';
export { openModelFile } from './open.ts';
export { isPickleObject } from './pickle-value.ts';
export type {
  PickleArray,
  PickleDict,
  PickleList,
  PickleObject,
  PickleSet,
  PickleTensor,
  PickleValue,
} from './pickle-value.ts';
export { printable } from './printable.ts';
export { writeSafetensors, type SafetensorsFile, type TensorSource } from './safetensors-write.ts';
