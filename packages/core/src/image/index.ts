/** Pictures: the type, and everything A1111 does to one between a file and the encoder, in the same fixed point. */
export { gaussianBlur } from './box-blur.ts';
export { decodeBmp } from './bmp.ts';
export { MAX_PIXELS, type EncodeOptions, type ImageCodec, type ImageFormat } from './codec.ts';
export { correctColors, matchHistograms } from './color-correction.ts';
export { alphaComposite, cutOut, flatten, pasteMasked } from './composite.ts';
export { channel, premultiply, toGray, toRgb, toRgba, unpremultiply } from './convert.ts';
export { expandRegion, maskRegion } from './crop-region.ts';
export { crop, paste } from './crop.ts';
export { fillMasked } from './fill.ts';
export type { ResizeFilterName } from './filters.ts';
export { assembleGrid, type GridOptions } from './grid.ts';
export {
  latentMask,
  prepareImage,
  prepareMask,
  type ImageOptions,
  type MaskedContent,
  type MaskOptions,
  type PreparedImage,
  type PreparedMask,
} from './inpaint.ts';
export { labToRgb, rgbToLab } from './lab.ts';
export { blurMask } from './mask-blur.ts';
export { toMask } from './mask.ts';
export { orient } from './orient.ts';
export { applyOverlay, type Place } from './overlay.ts';
export { invert, mapSamples, picture, type Channels, type Picture, type Region } from './picture.ts';
export { resizeToMode, type ResizeMode, type ResizeModeOptions } from './resize-mode.ts';
export { resize, type ResizeOptions } from './resize.ts';
export { pictureToTensor, tensorToPicture } from './tensor.ts';
export { drawable, drawText, textColumns, textSize, wrapText, type Color, type TextOptions } from './text.ts';
export { UNKNOWN_UPSCALER, UPSCALERS, upscale, type Upscaler } from './upscale.ts';
