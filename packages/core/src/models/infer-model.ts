import type { Checkpoint } from './checkpoint.ts';
import { inferConditioning, type Conditioning, type TextComponent } from './conditioning.ts';
import { textTower, type TextTower, type TowerMaker } from './text-tower.ts';
import { inferUNet, type UNetConfig } from './unet-config.ts';
import { inferVae, type VaeConfig } from './vae.ts';

/** The networks of a checkpoint as names and shapes tell them. */
export interface InferredModel {
  readonly unet: UNetConfig;
  /** How its UNet is told what to draw. */
  readonly conditioning: Conditioning;
  /** The text encoders that its conditioning uses, in its order. */
  readonly towers: Readonly<Partial<Record<TextComponent, TextTower>>>;
  readonly vae: VaeConfig;
}

/** What draws with a checkpoint. Reads no weight. Throws ModelError where a part is missing or does not fit the others. */
export function inferModel(checkpoint: Checkpoint): InferredModel {
  const { name } = checkpoint;
  const unet = inferUNet(checkpoint.scope('unet'), name);
  const opened: Partial<Record<TextComponent, TextTower>> = {};
  const tower = (component: TextComponent, maker: TowerMaker): TextTower =>
    (opened[component] ??= textTower(checkpoint.scope(component), name, maker));
  const conditioning = inferConditioning(unet, tower, name);
  return {
    unet,
    conditioning,
    towers: Object.fromEntries(
      conditioning.towers.map(({ component, maker }) => [component, tower(component, maker)] as const),
    ),
    vae: inferVae(checkpoint.scope('vae'), name),
  };
}
