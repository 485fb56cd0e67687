/** Graft for Node. */
export { fileSource, isFileSource, writeFileAtomically, type FileSource } from './files.ts';
export { nodeHashers } from './hashes.ts';
export { imageCodec } from './images.ts';
export { openModel, type OpenedModelFile } from './models.ts';
export { openEngine, type Device, type EngineOptions } from './runtime/engine.ts';
