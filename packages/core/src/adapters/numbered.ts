import type { ModelFile } from '../formats/index.ts';
import type { SplitKey } from '../models/names/index.ts';

const NUMBERED = /^(unet|text_encoder):(\d+):(up|down)$/;

/**
 * The keys of the first LoRA format (cloneofsimo/lora), which has numbers for names: `unet:0:up`, or a bare list of up, down, up, down.
 * Modules are called `unet:0`, `text_encoder:0`; the model's names tell which layers they are. Undefined for any other file.
 */
export function splitNumbered({ tensors }: ModelFile): ReadonlyMap<string, SplitKey> | undefined {
  const named = [...tensors.keys()].flatMap((key): [string, SplitKey][] => {
    const [, component, index, side] = NUMBERED.exec(key) ?? [];
    return component === undefined
      ? []
      : [[key, { module: `${component}:${Number(index)}`, part: `lora_${side}.weight` }]];
  });
  return named.length > 0 ? new Map(named) : bareList(tensors);
}

/** A list of pairs and nothing else. Those of a text encoder are all square and of one size. */
function bareList(tensors: ModelFile['tensors']): ReadonlyMap<string, SplitKey> | undefined {
  const entries = [...tensors.values()];
  if (entries.length < 2 || entries.length % 2 !== 0 || entries.some(({ name }, i) => name !== String(i)))
    return undefined;
  const shapes = entries.map(({ shape }) => shape);
  const pairs = shapes.every((up, i) => {
    const down = shapes[i + 1];
    return i % 2 === 1 || (up.length === 2 && down?.length === 2 && up[1] === down[0]);
  });
  if (!pairs) return undefined;
  const width = shapes[0]![0];
  const square = shapes.every((shape, i) => shape[i % 2] === width);
  const component = square ? 'text_encoder' : 'unet';
  return new Map(
    entries.map(({ name }, i) => [
      name,
      { module: `${component}:${i >> 1}`, part: i % 2 === 0 ? 'lora_up.weight' : 'lora_down.weight' },
    ]),
  );
}
