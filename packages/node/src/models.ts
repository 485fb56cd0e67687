import { openModelFile } from '@graft/core/formats';
import { weightRefs, type OpenedModel } from '@graft/core/models';
import { fileSource } from './files.ts';

/** A model file that is open for reading. */
export interface OpenedModelFile extends OpenedModel {
  /** Closes the file, when nothing reads its tensors any more: what an engine has loaded stays usable. */
  close(): Promise<void>;
}

/** Opens a model file by its content: reads its header, maps nothing yet. Throws SdError `file` and FormatError. */
export async function openModel(path: string): Promise<OpenedModelFile> {
  const source = await fileSource(path);
  try {
    const file = await openModelFile(source);
    return { file, weights: weightRefs(file, source), close: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}
