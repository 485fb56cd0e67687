/** Graft for Node. */
export { fileSource, isFileSource, writeFileAtomically, type FileSource } from './files.ts';
export { nodeHashers } from './hashes.ts';
export { imageCodec } from './images.ts';
export { openLibrary, type Library, type LibraryOptions } from './library.ts';
export { vaeCandidates, type VaeWish } from './library/choose-vae.ts';
export type { LibraryEntry, LibraryKind } from './library/entry.ts';
export { checkpointTitle } from './library/find.ts';
export { openModel, type OpenedModelFile } from './models.ts';
export { openEngine, type Device, type EngineOptions } from './runtime/engine.ts';
