import { openModelFile } from '@graft/core/formats';
import { weightRefs, type OpenedModel } from '@graft/core/models';
import { fileSource } from './files.ts';

/** Opens a model file by its content: reads its header, maps nothing yet. Throws SdError `file` and FormatError. */
export async function openModel(path: string): Promise<OpenedModel> {
  const source = await fileSource(path);
  try {
    const file = await openModelFile(source);
    return { file, weights: weightRefs(file, source) };
  } catch (error) {
    await source.close();
    throw error;
  }
}
