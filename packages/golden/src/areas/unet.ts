import type { Networks } from '@graft/core/pipeline';
import { tensor, type Tensor } from '@graft/core/tensor';
import { verdict, type Area, type Tolerance } from '../area.ts';
import { goldenNetworks } from '../engine.ts';

interface Case {
  readonly id: string;
  readonly checkpoint?: string;
  readonly t: readonly number[];
  readonly tensors: { readonly x: string; readonly context: string; readonly concat?: string; readonly eps: string };
  readonly tolerance: Tolerance;
}

/** Forward passes of the UNet and of checkpoints derived from it. */
export const unet: Area = {
  name: 'unet',
  async *run(folder) {
    const networks = new Map<string | undefined, Networks>();
    for (const { id, checkpoint, t, tensors, tolerance } of (folder.index as { cases: Case[] }).cases) {
      const net = networks.get(checkpoint) ?? (await goldenNetworks(folder, checkpoint));
      networks.set(checkpoint, net);
      let x = await folder.tensor(tensors.x);
      if (tensors.concat !== undefined) x = joinChannels(x, await folder.tensor(tensors.concat));
      const eps = await net.predict(x, t, { context: await folder.tensor(tensors.context) });
      const check = verdict(id);
      check.close('eps', eps.data, (await folder.tensor(tensors.eps)).data, tolerance);
      yield check.result();
    }
    for (const net of networks.values()) await net.release();
  },
};

/** a and b side by side on the channel axis. [b, c, h, w] and [b, d, h, w] → [b, c + d, h, w]. */
export function joinChannels(a: Tensor, b: Tensor): Tensor {
  const [rows = 0, channels = 0, height = 0, width = 0] = a.shape;
  const left = a.data.length / rows;
  const right = b.data.length / b.shape[0]!;
  const out = new Float32Array(rows * (left + right));
  for (let i = 0; i < rows; i++) {
    out.set(a.data.subarray(i * left, (i + 1) * left), i * (left + right));
    const j = i % b.shape[0]!;
    out.set(b.data.subarray(j * right, (j + 1) * right), i * (left + right) + left);
  }
  return tensor([rows, channels + b.shape[1]!, height, width], out);
}
