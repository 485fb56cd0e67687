import type { Graph } from '../graph/index.ts';
import { blockGraph, lateCasts, lower } from '../onnx/index.ts';
import type { Program, Runtime } from './port.ts';

/** Lowers a graph the way a runtime wants it, and loads it there. Throws ShapeError, and what `Runtime.load` throws. */
export async function compile(runtime: Runtime, graph: Graph): Promise<Program> {
  const { weights, block } = runtime.traits;
  if (weights === 'stored') return runtime.load(lateCasts(lower(graph, { weights })));
  return runtime.load(lower(blockGraph(graph, block), { weights }));
}
