/** Texts in picture files: where they stand, and how A1111 reads and writes them. */
export { withoutGifTransparency } from './gif.ts';
export { imageType, type ImageType } from './image-type.ts';
export { hasPngOpacities, readPngHeader, type PngHeader } from './png-chunks.ts';
export { readImageText, readOrientation, type ImageText, type ReadImageTextOptions } from './read.ts';
export { writeImageText, type WriteImageText } from './write.ts';
