import { extname } from 'node:path';
import { resize, type ImageCodec, type ImageFormat } from '@graft/core/image';
import type { Progress } from '@graft/core/pipeline';
import { writeFileAtomically } from '../../files.ts';

/** Writes rough pictures of the work. */
export interface Preview {
  /** Called after each step; writes when the last one is old enough and was written. */
  step(progress: Progress, now: number): void;
  /** Waits for what is being written. */
  end(): Promise<void>;
}

/** ms between two. */
const INTERVAL = 1000;
/** Pixels of a picture per number of a latent. */
const SCALE = 8;

export interface PreviewOptions {
  readonly path: string;
  readonly codec: ImageCodec;
  onWritten(): void;
  /** Told once why none can be written; no further ones are tried. */
  onFailed(error: unknown): void;
}

export function createPreview({ path, codec, onWritten, onFailed }: PreviewOptions): Preview {
  const extension = extname(path).toLowerCase();
  const format: ImageFormat = extension === '.webp' ? 'webp' : /^\.jpe?g$/.test(extension) ? 'jpeg' : 'png';
  let last = -Infinity;
  let writing: Promise<void> | undefined;
  let failed = false;

  const write = async (progress: Progress): Promise<void> => {
    try {
      const small = progress.preview();
      const size = { width: small.width * SCALE, height: small.height * SCALE };
      const bytes = await codec.encode(resize(small, { ...size, filter: 'bilinear' }), format);
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
    step(progress, now) {
      if (failed || writing || now - last < INTERVAL) return;
      last = now;
      writing = write(progress);
    },
    end: async () => writing,
  };
}
