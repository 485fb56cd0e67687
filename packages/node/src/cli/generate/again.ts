import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { decodeUtf8, parseJson } from '@graft/core/bytes';
import { RequestError, SdError } from '@graft/core/errors';
import { imageType, parseInfotext, readImageText, type Infotext } from '@graft/core/formats';
import { fileError } from '../../files.ts';

/** The parameters of a picture: from a picture file, a text file, or the text itself. Throws RequestError where there are none. */
export async function readParameters(given: string): Promise<Infotext> {
  const bytes = await readFile(given).catch((error: unknown) => {
    // Parameters have a colon and, with a prompt, lines; hardly a file's name.
    if (/\bSteps: ?\d/.test(given)) return undefined;
    throw fileError(given, 'read', error);
  });
  const text =
    bytes === undefined
      ? given
      : imageType(bytes) === undefined
        ? decodeUtf8(bytes, { fatal: true })
        : readImageText(bytes, { name: basename(given) }).infotext;
  if (text === undefined || !/\bSteps: ?\d/.test(text)) {
    throw new RequestError('--from', `${bytes === undefined ? 'the text' : given} holds no generation parameters`, {
      hint: "Pictures from Graft and from AUTOMATIC1111's webui hold them, unless they were taken out.",
    });
  }
  return parseInfotext(text);
}

/** A request body from a JSON file. Throws SdError `file`, FormatError for what is no JSON, RequestError for no object. */
export async function readRequestFile(path: string): Promise<Record<string, unknown>> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(path, 'read', error);
  });
  const text = decodeUtf8(bytes, { fatal: true });
  if (text === undefined) throw new SdError('format', 'is not UTF-8', { at: basename(path) });
  const body = parseJson(text, basename(path));
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RequestError('--request', `${path} holds no object of fields`);
  }
  return body as Record<string, unknown>;
}
