import { fileError } from '../files.ts';

/** What the system tells of a model's file. Throws SdError `file`. */
export function ofFile<T>(path: string, tell: (path: string) => T): T {
  try {
    return tell(path);
  } catch (error) {
    throw fileError(path, 'read', error);
  }
}
