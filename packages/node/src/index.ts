/** Graft for Node. */
export { fileError, fileSource, isFileSource, writeFileAtomically, type FileSource } from './files.ts';
