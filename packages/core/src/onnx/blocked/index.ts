/** Graphs for ONNX Runtime's kernels that want channels in blocks. */
export { blockGraph } from './graph.ts';
export { fillsBlocks, kernelRef, matrixInBlocks, type MatrixOptions } from './matrix.ts';
export { asItLies } from './ops.ts';
