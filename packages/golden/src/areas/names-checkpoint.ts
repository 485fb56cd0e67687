import {
  checkpointShapes,
  checkpointToDiffusers,
  diffusersToCheckpoint,
  type KnownBase,
  type TensorShapes,
} from '@graft/core/models/names';
import { numel } from '@graft/core/tensor';
import { thirdOf, type Case, type Shape, type Verdict } from './names-case.ts';

/** [checkpoint key, shape, component, diffusers key or thirds or null, diffusers shape]. */
export type CheckpointRow = readonly [
  string,
  Shape,
  string,
  string | readonly (readonly [string, string])[] | null,
  Shape | null,
];

/** A table of a checkpoint: our own listing, to diffusers, and back. */
export function checkCheckpoint(
  one: Case,
  { rows }: { readonly rows: readonly CheckpointRow[] },
  base: KnownBase,
  result: Verdict,
): void {
  const shapes: TensorShapes = new Map(rows.map(([key, shape]) => [key, { shape }]));
  const known = checkpointShapes(base);
  result.same('tensors', [...known.keys()].toSorted(), [...shapes.keys()].toSorted());
  for (const [key, { shape }] of shapes) result.same(key, known.get(key)?.shape, shape);

  const { parts, dropped } = checkpointToDiffusers(shapes);
  const made = new Map(
    [...parts].flatMap(([part, tensors]) => tensors.map((tensor) => [`${part}/${tensor.key}`, tensor])),
  );
  let count = 0;
  for (const [key, , part, target, shape] of rows) {
    if (target === null) result.same(`${key} dropped`, dropped.includes(key), true);
    for (const [third, name] of target === null
      ? []
      : typeof target === 'string'
        ? ([['', target]] as const)
        : target) {
      const tensor = made.get(`${part}/${name}`);
      count++;
      result.same(name, [tensor?.shape, tensor?.from[0]?.key, thirdOf(tensor?.from[0]?.slice)], [shape, key, third]);
    }
  }
  result.same('number of tensors', made.size, count);

  const back = diffusersToCheckpoint(
    new Map([...parts].map(([part, tensors]) => [part, new Map(tensors.map(({ key, shape }) => [key, { shape }]))])),
    base,
  );
  result.same('nothing is left over', back.dropped, []);
  const kept = rows.filter(([, , , target]) => target !== null);
  result.same('back', new Set(back.tensors.map(({ key }) => key)).size, kept.length);
  const again = new Map(back.tensors.map((tensor) => [tensor.key, tensor]));
  for (const [key, shape, part, target] of kept) {
    const tensor = again.get(key);
    const from = typeof target === 'string' ? [target] : target!.map(([, name]) => name);
    result.same(
      `${key} back`,
      [tensor?.shape, tensor?.part, tensor?.from.map((source) => source.key)],
      [shape, part, from],
    );
  }
  for (const [part, expected] of Object.entries(one.components!)) {
    const own = rows.filter((row) => row[2] === part);
    result.same(`tensors of ${part}`, own.length, expected);
    result.same(
      `parameters of ${part}`,
      own.reduce((sum, [key]) => sum + numel(known.get(key)!.shape), 0),
      one.parameters![part],
    );
  }
}
