import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { imageType, parseInfotext, printable, readImageText } from '@graft/core/formats';
import { describeModel, renderDescription, type Description } from '@graft/core/models';
import { fileError, fileSource } from '../files.ts';
import { openModel } from '../models.ts';

/** What is told of a file: to people, and to programs. */
export interface Inspection {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** As many bytes as tell a picture. */
const HEAD = 64;

/** Tells what a model file or a picture is. Throws SdError `file` and FormatError. */
export async function inspectFile(path: string): Promise<Inspection> {
  const source = await fileSource(path);
  let head: Uint8Array;
  try {
    head = await source.read(0, Math.min(HEAD, source.size));
  } finally {
    await source.close();
  }
  if (imageType(head) !== undefined) return inspectPicture(path);
  const { file, close } = await openModel(path);
  try {
    const description = describeModel(file);
    return { text: renderDescription(description), data: { event: 'model', path, ...plain(description) } };
  } finally {
    await close();
  }
}

async function inspectPicture(path: string): Promise<Inspection> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(path, 'read', error);
  });
  const name = basename(path);
  const { infotext, fields } = readImageText(bytes, { name });
  const shown = infotext === undefined ? ', holds no generation parameters' : `\n${lines(infotext)}`;
  return {
    text: `${printable(name)}: ${String(imageType(bytes)).toUpperCase()} picture${shown}\n`,
    data: {
      event: 'picture',
      path,
      type: imageType(bytes),
      infotext: infotext ?? null,
      parameters: infotext === undefined ? null : Object.fromEntries(parseInfotext(infotext)),
      fields: Object.fromEntries(fields),
    },
  };
}

/** A text of several lines, fit to be shown. */
function lines(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${printable(line)}`)
    .join('\n');
}

/** Maps as objects. */
function plain(description: Description): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(description).map(([key, value]) => [
      key,
      key === 'adapter' ? plain(value as Description) : value instanceof Map ? Object.fromEntries(value) : value,
    ]),
  );
}
