import { AdapterError, ShapeError } from '../../errors/index.ts';
import { input } from '../../graph/index.ts';
import { numel } from '../../tensor/index.ts';
import type { Part } from '../adapter.ts';
import { FAMILIES } from '../families/index.ts';
import type { AdapterModule } from '../module.ts';
import { createParts, FEW } from '../parts.ts';
import type { FileModule } from './modules.ts';

/** Parts whose numbers are places: without them nothing can be said of these. */
const PLACES: ReadonlySet<string> = new Set(['bias_values', 'bias_indices', 'bias_size']);

/**
 * Why no model can use an adapter, as far as the shapes in its header tell: a layer lacks a part, or parts do not fit each other. Undefined
 * where nothing is wrong with them. Reads no tensor. `file`: its name for the message.
 */
export function headerFault(file: string, modules: readonly FileModule[]): string | undefined {
  try {
    for (const module of modules) {
      const parts = createParts(file, module.name, partsOf(module));
      for (const family of FAMILIES) if (family.detect(parts)) checkMagnitudes(family.open(parts, {}));
    }
    return undefined;
  } catch (error) {
    if (error instanceof AdapterError) return error.message;
    throw error;
  }

  /** Throws AdapterError for magnitudes (DoRA) of another size than the change. */
  function checkMagnitudes(opened: AdapterModule): void {
    const { name, shapes } = opened;
    const [down, up] = [shapes.get('lora_down.weight'), shapes.get('lora_up.weight')];
    // Of other families, and with a core, the layer's shape is not plain to see.
    if (!opened.dora || !down || !up || shapes.has('lora_mid.weight')) return;
    try {
      opened.weight(input('weight', [up[0]!, ...down.slice(1)]), 1);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new AdapterError(file, `${name}: ${error.message}`, { cause: error });
    }
  }
}

/** The parts as shapes: numbers, where a family asks for one, are 1. */
function partsOf({ parts }: FileModule): ReadonlyMap<string, Part> {
  const known = [...parts].filter(([part]) => !PLACES.has(part));
  return new Map(
    known.map(([part, { name: key, shape }]) => {
      const data = numel(shape) <= FEW ? { data: new Float32Array(numel(shape)).fill(1) } : {};
      return [part, { key, shape, value: input(key, shape), ...data }];
    }),
  );
}
