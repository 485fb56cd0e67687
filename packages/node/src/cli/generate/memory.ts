import { SdError } from '@graft/core/errors';
import { memoryNeed, type Checkpoint, type MemoryWish, type WeightMode } from '@graft/core/models';
import type { GenerateRequest } from '@graft/core/pipeline';
import { availableMemory } from '../../memory.ts';
import type { Arguments } from '../arguments.ts';

/** What is drawn at once. */
export type PictureSize = Omit<MemoryWish, 'weights'>;

/** The largest picture and batch of some requests; undefined where there are none. */
export function largestOf(requests: readonly GenerateRequest[]): PictureSize | undefined {
  const sizes = requests.map((request): PictureSize => {
    const { width, height, batch_size: batch } = request;
    if (request.kind === 'img2img') return { width, height, batch: Math.max(batch, request.init_images.length) };
    if (!request.enable_hr) return { width, height, batch };
    const { hr_scale: scale, hr_resize_x: x, hr_resize_y: y } = request;
    const wide = x > 0 ? x : y > 0 ? (y * width) / height : width * scale;
    const high = y > 0 ? y : x > 0 ? (x * height) / width : height * scale;
    return { width: Math.max(width, wide), height: Math.max(height, high), batch };
  });
  return sizes.toSorted((a, b) => b.width * b.height * b.batch - a.width * a.height * a.batch)[0];
}

/**
 * A check of each checkpoint before it is loaded: SdError `memory`, which says what would help, where it needs more than there is. `sizes` are
 * asked for when there is one to check. None where the user wants none, or something else than the processor computes, whose memory is not known.
 */
export function memoryCheck(
  given: Arguments,
  sizes: () => PictureSize | undefined,
  available: () => number = availableMemory,
): ((checkpoint: Checkpoint) => void) | undefined {
  if (given.has('no-memory-check') || (given.value('device') ?? 'cpu').toLowerCase() !== 'cpu') return undefined;
  const mode: WeightMode = given.has('low-memory') ? 'stored' : 'f32';
  return (checkpoint) => {
    const size = sizes();
    if (size === undefined) return;
    const wish = { weights: checkpoint.joined().weights, ...size };
    const free = available();
    const need = memoryNeed(wish, mode);
    if (need <= free) return;
    const less = memoryNeed(wish, 'stored');
    throw new SdError('memory', `drawing with it needs about ${show(need)} of memory, and ${show(free)} are free`, {
      at: checkpoint.name,
      hint:
        mode === 'f32' && less <= free
          ? `With --low-memory it needs about ${show(less)}.`
          : `${mode === 'f32' ? `Even with --low-memory it needs about ${show(less)}: close` : 'Close'} other programs or draw a smaller picture; --no-memory-check tries it all the same.`,
    });
  };
}

function show(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
