import { openModelFile } from '@graft/core/formats';
import { asCheckpoint, joinDiffusers, weightRefs, type DiffusersPart, type OpenedModel } from '@graft/core/models';
import { diffusersName, diffusersPath, readDiffusersFolder } from './diffusers-folder.ts';
import { fileSource } from './files.ts';

/** A model file that is open for reading. */
export interface OpenedModelFile extends OpenedModel {
  /** Closes the file, when nothing reads its tensors any more: what an engine has loaded stays usable. */
  close(): Promise<void>;
}

/**
 * Opens a model file by its content, or a diffusers folder: reads headers, maps nothing yet. Names of UNets and VAEs are those of
 * checkpoints, whatever the file's are. Throws SdError `file`, FormatError, and ModelError for a folder of another kind of network.
 */
export async function openModel(path: string): Promise<OpenedModelFile> {
  const folder = await diffusersPath(path);
  if (folder !== undefined) return openFolder(folder);
  const opened = await openFile(path);
  return { ...asCheckpoint(opened), close: opened.close };
}

async function openFile(path: string): Promise<OpenedModelFile> {
  const source = await fileSource(path);
  try {
    const file = await openModelFile(source);
    return { file, weights: weightRefs(file, source), close: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openFolder(path: string): Promise<OpenedModelFile> {
  const { files } = await readDiffusersFolder(path);
  const opened: OpenedModelFile[] = [];
  const close = async (): Promise<void> => {
    for (const one of opened) await one.close();
  };
  try {
    const parts = new Map<DiffusersPart, OpenedModelFile[]>();
    for (const [part, paths] of files) {
      const own: OpenedModelFile[] = [];
      for (const file of paths) {
        const one = await openFile(file);
        opened.push(one);
        own.push(one);
      }
      parts.set(part, own);
    }
    return { ...joinDiffusers(diffusersName(path), parts), close };
  } catch (error) {
    await close();
    throw error;
  }
}
