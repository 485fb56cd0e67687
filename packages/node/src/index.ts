/** Graft for Node. */
export type { Arguments } from './cli/arguments.ts';
export type { Command } from './cli/command.ts';
export type { Option, OptionGroup } from './cli/option.ts';
export type { Terminal } from './cli/terminal.ts';
export { BUILT_IN, EXTENSION_API, type GraftExtension, type Registry } from './extension/extension.ts';
export { loadExtension } from './extension/load.ts';
export { extend } from './extension/registry.ts';
export { fileSource, isFileSource, writeFileAtomically, type FileSource } from './files.ts';
export { nodeHashers } from './hashes.ts';
export { httpSource, isUrl, type HttpSourceOptions } from './http-source.ts';
export { imageCodec } from './images.ts';
export { openLibrary, type Library, type LibraryOptions } from './library.ts';
export { vaeCandidates, type VaeWish } from './library/choose-vae.ts';
export type { LibraryEntry, LibraryKind } from './library/entry.ts';
export { checkpointTitle } from './library/find.ts';
export { localNetworks, type LocalNetworksOptions } from './network-source.ts';
export { openModel, type OpenedModelFile } from './models.ts';
export { openEngine, type Device, type Engine, type EngineOptions } from './runtime/engine.ts';
