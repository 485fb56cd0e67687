/** Files: models (safetensors, torch) as data that nothing executes; the texts in picture files; infotext. */
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
export {
  hashModel,
  kohyaHashes,
  SHORT_DIGITS,
  type Hasher,
  type Hashers,
  type HashOptions,
  type KohyaHashes,
  type ModelHashes,
} from './hashes.ts';
export { counted } from './counted.ts';
export { printable, quoted } from './printable.ts';
export { writeSafetensors, type SafetensorsFile, type TensorSource } from './safetensors-write.ts';
export {
  hasPngOpacities,
  imageType,
  readImageText,
  readOrientation,
  readPngHeader,
  withoutGifTransparency,
  writeImageText,
  type ImageText,
  type ImageType,
  type PngHeader,
  type ReadImageTextOptions,
  type WriteImageText,
} from './image-text/index.ts';
export {
  float,
  localizeNetworks,
  parseInfotext,
  pythonFloat,
  quoteValue,
  settingOverrides,
  splitSampler,
  unquoteValue,
  writeInfotext,
  type ExtractedStyles,
  type Infotext,
  type InfotextEntry,
  type InfotextFields,
  type InfotextValue,
  type ParseInfotextOptions,
  type PythonFloat,
  type SamplerName,
  type SamplerTables,
  type SchedulerName,
  type SettingOverride,
  type SplitSamplerOptions,
} from './infotext/index.ts';
