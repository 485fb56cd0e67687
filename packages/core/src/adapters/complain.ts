import { AdapterError } from '../errors/index.ts';
import type { Part, Parts } from './adapter.ts';

/** A tensor of a shape that its neighbours rule out. */
export function mismatch({ file }: Parts, part: Part, expected: string): AdapterError {
  return new AdapterError(
    file,
    `${part.key} is [${part.shape.join(', ')}], but ${expected} is needed beside the other parts`,
    {
      key: part.key,
      hint: 'The file is damaged or was put together from different ones; get it again.',
    },
  );
}
