/** Bytes, their sources and their text: the layer under every format. */
export { decodeBase64 } from './base64.ts';
export { parseJson, stringifyJson } from './json.ts';
export { bytesSource, sliceSource, type ByteSource } from './source.ts';
export { decodeUtf8, encodeUtf8 } from './utf8.ts';
