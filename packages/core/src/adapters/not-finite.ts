import { AdapterError } from '../errors/index.ts';

/** Says that a tensor of an adapter's file cannot be used for its numbers. */
export function notFinite(file: string, key: string): AdapterError {
  return new AdapterError(file, `${key} holds numbers that are not finite`, {
    key,
    hint: 'The training went wrong or the file is damaged; get another version of it.',
  });
}
