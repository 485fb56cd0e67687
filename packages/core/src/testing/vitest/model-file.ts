import { bytesSource } from '../../bytes/index.ts';
import { openModelFile, writeSafetensors } from '../../formats/index.ts';
import { weightRefs, type OpenedModel } from '../../models/index.ts';
import { DTYPES, numel, type DType, type Tensor } from '../../tensor/index.ts';

/** A tensor of a made file: float32, or bytes of another type. */
export type MadeTensor =
  Tensor | { readonly dtype: DType; readonly shape: readonly number[]; readonly bytes?: Uint8Array };

/** A safetensors file in memory, opened. Bytes that are not given are 0. */
export async function madeModel(
  name: string,
  tensors: Readonly<Record<string, MadeTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<OpenedModel> {
  const sources = Object.entries(tensors).map(([key, made]) => {
    const dtype: DType = 'data' in made ? 'F32' : made.dtype;
    const bytes =
      'data' in made
        ? new Uint8Array(made.data.buffer, made.data.byteOffset, made.data.byteLength)
        : (made.bytes ?? new Uint8Array(numel(made.shape) * DTYPES[dtype]));
    return { name: key, dtype, shape: made.shape, read: async () => bytes };
  });
  const chunks: Uint8Array[] = [];
  const written = writeSafetensors(sources, new Map(Object.entries(metadata)));
  const whole = new Uint8Array(written.size);
  for await (const chunk of written.chunks()) chunks.push(chunk);
  chunks.reduce((at, chunk) => {
    whole.set(chunk, at);
    return at + chunk.length;
  }, 0);
  const source = bytesSource(name, whole);
  const file = await openModelFile(source);
  return { file, weights: weightRefs(file, source) };
}
