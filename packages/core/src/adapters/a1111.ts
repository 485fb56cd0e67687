import { a1111Layer, a1111Layers, type Module, type NameTable } from '../models/names/index.ts';
import type { AdapterModule } from './module.ts';
import type { Adapter } from './open.ts';
import type { Resolver } from './resolve.ts';

/** Families for which A1111 has no reader: one such layer, and it refuses the whole file. */
const UNKNOWN: ReadonlySet<string> = new Set(['tlora', 'oft-v2', 'boft-v2']);

/**
 * What AUTOMATIC1111's webui 1.10.1 makes of an adapter, where that is less: layers whose names its rules miss, families or forms that it
 * counts as errors, files that it refuses (then nothing is left). For comparing pictures with it; Graft applies the whole file by itself.
 */
export function a1111Adapter(adapter: Adapter, names: NameTable, resolve: Resolver): Adapter {
  const layers = a1111Layers(names);
  const found = adapter.modules.flatMap((module) => {
    const layer = a1111Layer(module.name, layers) === undefined ? undefined : resolve(module.name);
    return layer && !isTable(layer) ? [{ module, layer }] : [];
  });
  const refused = found.some(({ module }) => isRefused(module));
  const attention = wholeAttention(found.map(({ layer }) => layer));
  const kept = refused ? [] : found.filter(({ module, layer }) => isApplied(module, layer) && attention(layer));
  return { ...adapter, modules: kept.map(({ module }) => module) };
}

/** Token and position tables are no layers that A1111 changes. */
function isTable({ diffusers }: Module): boolean {
  return diffusers.startsWith('text_model.embeddings.');
}

function isRefused({ family, shapes }: AdapterModule): boolean {
  const has = (part: string): boolean => shapes.has(part);
  return (
    UNKNOWN.has(family) ||
    (family === 'full' && !has('diff')) ||
    (family === 'norm' && !(has('w_norm') && has('b_norm'))) ||
    (family === 'ia3' && !has('on_input')) ||
    (family === 'glora' && !has('alpha'))
  );
}

/** Whether it knows the form of these parts; it counts an error for the others and leaves the layer. */
function isApplied({ family, shapes, save }: AdapterModule, layer: Module): boolean {
  if (family === 'glora') {
    const [a1, a2, b1, b2] = ['a1', 'a2', 'b1', 'b2'].map((part) => shapes.get(`${part}.weight`)!);
    const [out, into] = layer.shape;
    const old = b2![1] === b1![0] && a1![0] === a2![1] && a2![0] === into && b2![0] === out;
    return old && layer.shape.length === 2;
  }
  if (family === 'ia3') return layer.shape.length === 2 || save().get('on_input') === 1;
  return true;
}

/** OpenCLIP's attention: only where all four projections are there. */
function wholeAttention(layers: readonly Module[]): (layer: Module) => boolean {
  const known = new Set(layers.map(({ component, ldm }) => `${component} ${ldm}`));
  return ({ component, ldm }) => {
    const found = /^(transformer\.resblocks\.\d+\.attn)\.\w+$/.exec(ldm);
    return (
      !found ||
      ['q_proj', 'k_proj', 'v_proj', 'out_proj'].every((name) => known.has(`${component} ${found[1]}.${name}`))
    );
  };
}
