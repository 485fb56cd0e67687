import { extname } from 'node:path';
import { resize, type ImageCodec, type ImageFormat } from '@graft/core/image';
import type { Progress } from '@graft/core/pipeline';
import { writeFileAtomically } from '../../files.ts';

/** Writes rough pictures of the work. */
export interface Preview {
  /** Called after each step; writes when the last one is old enough and was written. */
  step(progress: Progress): void;
  /** Waits for what is being written. */
  end(): Promise<void>;
}

/** ms between two, at least. */
const INTERVAL = 1000;
/** Steps wait while a preview is made: at most this part of the time may go to previews. */
const SHARE = 1 / 40;

export interface PreviewOptions {
  readonly path: string;
  readonly codec: ImageCodec;
  /** ms. */
  now(): number;
  onWritten(): void;
  /** Told once why none can be written; no further ones are tried. */
  onFailed(error: unknown): void;
}

export function createPreview({ path, codec, now, onWritten, onFailed }: PreviewOptions): Preview {
  const extension = extname(path).toLowerCase();
  const format: ImageFormat = extension === '.webp' ? 'webp' : /^\.jpe?g$/.test(extension) ? 'jpeg' : 'png';
  let next = -Infinity;
  let writing: Promise<void> | undefined;
  let failed = false;

  const write = async (progress: Progress): Promise<void> => {
    try {
      const began = now();
      const small = await progress.preview();
      next = Math.max(began + INTERVAL, now() + (now() - began) / SHARE);
      const { width, height } = progress;
      const whole = small.width === width && small.height === height;
      const bytes = await codec.encode(whole ? small : resize(small, { width, height, filter: 'bilinear' }), format);
      await writeFileAtomically(path, [bytes]);
      onWritten();
    } catch (error) {
      failed = true;
      onFailed(error);
    } finally {
      writing = undefined;
    }
  };
  return {
    step(progress) {
      if (failed || writing || now() < next) return;
      writing = write(progress);
    },
    end: async () => writing,
  };
}
