import type { Area } from '../area.ts';
import { goldenModels } from '../drawing.ts';
import { runPicture, type PictureCase } from './picture-case.ts';

/** Whole pictures from whole requests. */
export const images: Area = {
  name: 'images',
  async *run(folder) {
    const models = goldenModels(folder);
    for (const golden of (folder.index as { cases: PictureCase[] }).cases)
      yield await runPicture(folder, { models }, golden);
    await models.release();
  },
};
