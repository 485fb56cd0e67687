/** Host tensors and the dtypes of files. */
export { DTYPES, isDType, widen, type DType } from './dtype.ts';
export { numel, tensor, type Tensor } from './tensor.ts';
