/** Host tensors, the dtypes of files, and the random generators of torch, CUDA and numpy. */
export { DTYPES, halfTable, isDType, widen, type DType } from './dtype.ts';
export { allFinite } from './all-finite.ts';
export { roundHalf } from './half.ts';
export { philox4x32, philoxRandom, type PhiloxRandom } from './philox.ts';
export { seedSequence, type SeedSequenceOptions } from './seed-sequence.ts';
export { type Seed } from './seed.ts';
export { numel, tensor, type Tensor } from './tensor.ts';
export { interpolate, type InterpolateMode, type InterpolateOptions } from './interpolate.ts';
export { torchRandom, type TorchRandom } from './torch-random.ts';
