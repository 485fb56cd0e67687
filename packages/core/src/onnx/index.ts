/** Graphs as ONNX models. */
export { asItLies, blockGraph, fillsBlocks, kernelRef, matrixInBlocks } from './blocked/index.ts';
export { encodeModel, type Placement } from './encode.ts';
export { feedWeights } from './feed-weights.ts';
export { lateCasts } from './late-casts.ts';
export { lower } from './lower.ts';
export type { OnnxConstant, OnnxModel, OnnxNode, OnnxPort, OnnxWeight, WeightForm } from './model.ts';
export { splitModel, type SplitModel } from './split.ts';
export type { LowerOptions } from './writer.ts';
