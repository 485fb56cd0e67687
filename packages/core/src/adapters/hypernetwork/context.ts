import { input, type Value, type WeightRef } from '../../graph/index.ts';
import type { ContextDoor, UNetConfig } from '../../models/index.ts';
import { fixed } from '../../nn/index.ts';
import { tensor, widen, type Tensor } from '../../tensor/index.ts';
import { applyHypernetwork, type Hypernetwork } from './hypernetwork.ts';

/** A hypernetwork in use. */
export interface ActiveHypernetwork<Strength> {
  readonly network: Hypernetwork;
  readonly strength: Strength;
}

/**
 * Stands before every attention of the UNet: each network in turn changes what keys and values are made of, where it has
 * modules as wide as that. A1111 modules/hypernetworks/hypernetwork.py apply_hypernetworks.
 */
export function hypernetworkContext(
  active: readonly ActiveHypernetwork<Value>[],
  param?: (ref: WeightRef) => Value,
): ContextDoor {
  // The text is the same value at every attention to it: it is changed once.
  const made = new Map<Value, { readonly k: Value; readonly v: Value }>();
  return (context) => {
    const known = made.get(context);
    if (known !== undefined) return known;
    const width = fixed(context, -1);
    let [k, v] = [context, context];
    for (const { network, strength } of active) {
      const modules = network.modules.get(width);
      if (modules === undefined) continue;
      const options = param === undefined ? { strength } : { strength, param };
      k = applyHypernetwork(k, modules.k, options);
      v = applyHypernetwork(v, modules.v, options);
    }
    const both = { k, v };
    made.set(context, both);
    return both;
  };
}

/** Widths of what the attentions of a UNet read: the text, and the picture at each level that has attention. */
export function attentionWidths({ context, channels, input: blocks, middle, output }: UNetConfig): ReadonlySet<number> {
  const levels = [...blocks, ...output].flatMap((block) => (block.depth > 0 ? [block.channels!] : []));
  const deepest = blocks.findLast((block) => block.channels !== undefined)?.channels ?? channels;
  return new Set([context, ...levels, ...(middle > 0 ? [deepest] : [])]);
}

/** Hypernetworks whose strengths and weights are fed at every run. */
export interface LiveHypernetworks {
  readonly context: ContextDoor;
  /** What to feed beside the UNet's own inputs. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** The same for all that one compiled UNet can serve: strengths and weights may differ, the structures not. */
  readonly key: string;
}

/**
 * Reads hypernetworks into memory, to be fed: the UNet is compiled once for their structures and serves any strength.
 * Modules of widths that no attention of the model has (`widths`) are left out.
 */
export async function liveHypernetworks(
  active: readonly ActiveHypernetwork<number>[],
  widths: ReadonlySet<number>,
): Promise<LiveHypernetworks> {
  const names = new Map<WeightRef, string>();
  const feeds: Record<string, Tensor> = {};
  const strengths: ActiveHypernetwork<Value>[] = [];
  for (const [i, { network, strength }] of active.entries()) {
    const name = `hypernetwork.${i}`;
    const modules = new Map([...network.modules].filter(([width]) => widths.has(width)));
    if (modules.size === 0) continue;
    feeds[name] = tensor([], Float32Array.of(strength));
    strengths.push({ network: { ...network, modules }, strength: input(name, []) });
    for (const [width, { k, v }] of modules) {
      for (const [side, module] of [
        ['k', k],
        ['v', v],
      ] as const) {
        for (const [part, ref] of module.tensors) {
          const id = `${name}.${width}.${side}.${part}`;
          // The same network twice is fed once.
          if (!names.has(ref)) feeds[id] = await read(ref);
          names.set(ref, names.get(ref) ?? id);
        }
      }
    }
  }
  const inputs = new Map([...names].map(([ref, name]) => [ref, input(name, ref.shape)]));
  return {
    context: hypernetworkContext(strengths, (ref) => inputs.get(ref)!),
    feeds,
    key: JSON.stringify(
      strengths.map(({ network: { structure, modules } }) => [
        structure,
        [...modules].map(([width, { k }]) => [width, [...k.tensors.values()].map((ref) => names.get(ref))]),
      ]),
    ),
  };
}

async function read({ store, offset, length, dtype, shape }: WeightRef): Promise<Tensor> {
  return tensor(shape, widen(dtype, await store.read(offset, offset + length)));
}
