/** From a request to a picture. */
export {
  createNetworks,
  type EncodeTextOptions,
  type Networks,
  type NetworksOptions,
  type Placement,
} from './networks.ts';
export { chunkEncoder } from './chunk-encoder.ts';
export { readOptions, type Options } from './options.ts';
export { readRequest, type GenerateRequest, type ImageReader, type ImageRequest, type TextRequest } from './request.ts';
