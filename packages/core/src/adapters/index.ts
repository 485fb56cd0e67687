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
export type { AdapterModule, ModuleOptions, Strength } from './module.ts';
export { openAdapter, type Adapter, type BundledEmbedding, type OpenAdapterOptions } from './open.ts';
export { adapterResolver, type Resolver } from './resolve.ts';
export { splitKey, type SplitKey } from './split.ts';
export {
  createStack,
  type Applied,
  type AppliedReport,
  type BaseWeights,
  type Stack,
  type StackOptions,
} from './stack.ts';
