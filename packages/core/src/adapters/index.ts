/** Fine-tunes that change weights: LoRA and its relatives, one family a file; how files are opened, stacked and scheduled. */
export type {
  DeltaOptions,
  FreshParts,
  Hints,
  InitOptions,
  Part as AdapterPart,
  Parts as AdapterParts,
  SavedParts,
  WeightAdapter,
  Whole,
} from './adapter.ts';
export { family, type AdapterModule, type Family, type ModuleOptions, type Strength } from './module.ts';
export { bundledWords, openAdapter, type Adapter, type BundledEmbedding, type OpenAdapterOptions } from './open.ts';
export { adapterHints, readPeftConfig, type PeftConfig } from './peft-config.ts';
export { createParts, hostParts } from './parts.ts';
export { adapterResolver, type Resolver } from './resolve.ts';
export { lowRankPaths } from './low-rank-paths.ts';
export {
  createStack,
  storedWeights,
  type Applied,
  type AppliedReport,
  type BaseWeights,
  type Stack,
  type StackOptions,
} from './stack.ts';
export { a1111Adapter } from './a1111.ts';
export { elementWeight, isElements, parseElements, type Directive } from './elements.ts';
export { blockName, blockRatio, isBlockList, parseBlocks, type BlockOptions, type BlockWeights } from './blocks.ts';
export { FAMILIES } from './families/index.ts';
export {
  curveAt,
  isActive,
  parseCurve,
  parseStepRange,
  type Curve,
  type CurvePoint,
  type StepPlace,
  type StepRange,
} from './schedule.ts';
export {
  isScheduled,
  lastMentions,
  layerRatio,
  parseAdapterTag,
  strengthsAt,
  type AdapterTag,
  type PassPlace,
  type TagArguments,
} from './tags.ts';
