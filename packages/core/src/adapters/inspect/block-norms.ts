import type { NameTable } from '../../models/names/index.ts';
import { allFinite } from '../../tensor/index.ts';
import type { Hints } from '../adapter.ts';
import { blockName } from '../blocks.ts';
import type { Resolver } from '../resolve.ts';
import { squaredDelta } from './delta-norm.ts';
import type { FileModule } from './modules.ts';

/** How much an adapter changes of a block. */
export interface BlockNorm {
  /** `BASE`, `IN00` … `OUT11` as block weights call them, or `other`. */
  readonly block: string;
  readonly modules: number;
  /** √Σ‖ΔW‖² over its layers, at strength 1. */
  readonly norm: number;
}

export interface BlockNorms {
  readonly blocks: readonly BlockNorm[];
  /** Modules whose change depends on the base weight, or whose layer the base has not: they are not counted. */
  readonly left: number;
  /** The first tensor found that holds numbers which are not finite; its layer is not counted. */
  readonly notFinite?: string;
}

/**
 * What an adapter changes, block by block in the order of the network. Reads the whole file, a layer at a time.
 * `hints`: what is known of a layer from beside its tensors. Throws FormatError and the source's own errors.
 */
export async function blockNorms(
  modules: readonly FileModule[],
  resolve: Resolver,
  hints: (module: string) => Hints = () => ({}),
): Promise<BlockNorms> {
  const sums = new Map<string, { modules: number; squares: number }>();
  let left = 0;
  let notFinite: string | undefined;
  for (const module of modules) {
    const layer = resolve(module.name);
    const squares = layer && (await squaredDelta(module, hints(module.name).scale));
    if (!layer || squares === undefined) {
      left += 1;
      continue;
    }
    const broken = Number.isFinite(squares) ? undefined : await brokenKey(module);
    notFinite ??= broken;
    if (broken !== undefined) continue;
    const block = blockName(layer) ?? 'other';
    const before = sums.get(block) ?? { modules: 0, squares: 0 };
    sums.set(block, { modules: before.modules + 1, squares: before.squares + squares });
  }
  const blocks = [...sums].map(([block, sum]) => ({ block, modules: sum.modules, norm: Math.sqrt(sum.squares) }));
  return {
    blocks: blocks.toSorted((a, b) => orderOf(a.block) - orderOf(b.block)),
    left,
    ...(notFinite === undefined ? {} : { notFinite }),
  };
}

async function brokenKey({ parts }: FileModule): Promise<string | undefined> {
  for (const entry of parts.values()) if (!allFinite(entry.dtype, await entry.read())) return entry.name;
  return undefined;
}

const ORDER = ['BASE', 'IN', 'M', 'OUT', 'other'];

function orderOf(block: string): number {
  const [, letters = '', digits = '0'] = /^([A-Za-z]+)(\d*)$/.exec(block) ?? [];
  return 100 * ORDER.indexOf(letters) + Number(digits);
}

/** The modules that a base model has no layer for. */
function unmatchedModules(modules: readonly FileModule[], resolve: Resolver): string[] {
  return modules.filter(({ name }) => resolve(name) === undefined).map(({ name }) => name);
}

/** The table that most modules find their layer in, with those that do not. Undefined without tables. */
export function bestBase<K>(
  modules: readonly FileModule[],
  tables: ReadonlyMap<K, NameTable>,
  resolverFor: (names: NameTable) => Resolver,
): { readonly base: K; readonly resolve: Resolver; readonly unmatched: readonly string[] } | undefined {
  const tried = [...tables].map(([base, names]) => {
    const resolve = resolverFor(names);
    return { base, resolve, unmatched: unmatchedModules(modules, resolve) };
  });
  return tried.toSorted((a, b) => a.unmatched.length - b.unmatched.length)[0];
}
