/** From a request to a picture. */
export {
  createNetworks,
  type EncodeTextOptions,
  type Networks,
  type NetworksOptions,
  type TextNetwork,
  type TokenPatch,
  type UNetText,
} from './networks.ts';
export { chunkEncoder, type ChunkEncoderOptions } from './chunk-encoder.ts';
export { promptEncoder, type EncodedTexts, type PromptEncoder, type PromptEncoderOptions } from './prompt-encoder.ts';
export { OPTION_NAMES, readOptions, type Options } from './options.ts';
export {
  readRequest,
  requestFields,
  type GenerateRequest,
  type ImageReader,
  type ImageRequest,
  type TextRequest,
} from './request.ts';
export type { GenerateHooks, PipelineContext, Progress, Trace } from './context.ts';
export { infotextModel, requestFromInfotext, startedFromPicture } from './from-infotext.ts';
export { checkRequest, type CheckedRequest } from './check-request.ts';
export { generate, type GeneratedPicture } from './generate.ts';
export { LATENT_UPSCALERS, type LatentUpscaler } from './hires.ts';
export { pictureInput, type AdaptedModel, type LoadedModel, type ModelSource, type ModelWish } from './model.ts';
export { loadModel, type LoadModelOptions } from './load-model.ts';
export { outlineModel, type ModelOutline } from './outline.ts';
export { type SmallMethod, type SmallNetwork, type SmallNetworkSource, type SmallVae } from './small-vae.ts';
export { unsaidNotes } from './prompt-embeddings.ts';
export { mergeStack } from './merge-stack.ts';
export type { AdaptOptions } from './adapted-model.ts';
export {
  adapterHashes,
  type FoundNetwork,
  type ListedEmbedding,
  type NetworkSource,
  type PromptNetworks,
  type TaggedAdapter,
  type TaggedHypernetwork,
} from './extra-networks.ts';
