/** The networks of Stable Diffusion, and how their configurations are read off a file. */
export { clipFinalNorm, clipText, inferClipText, type ClipTextConfig, type ClipTextInputs } from './clip-text.ts';
export {
  inferConditioning,
  SINUSOID,
  stateOf,
  type Conditioning,
  type LatentKind,
  type TextComponent,
  type TowerUse,
  type VectorPart,
} from './conditioning.ts';
export { inferModel, type InferredModel } from './infer-model.ts';
export { inferOpenClipText, openClipText } from './open-clip-text.ts';
export { textTower, type TextTower, type TowerMaker } from './text-tower.ts';
export { clipVision, inferClipVision, type ClipVisionConfig } from './clip-vision.ts';
export { approxNn, hasApproxNn } from './approx-nn.ts';
export { hasTaesdDecoder, hasTaesdEncoder, taesdDecoder, taesdEncoder, taesdWeights } from './taesd.ts';
export { inferUNet, type UNetBlock, type UNetConfig } from './unet-config.ts';
export { unet, type ContextDoor, type UNetInputs, type UNetOptions } from './unet.ts';
export { inferVae, vaeDecoder, vaeEncoder, type VaeConfig, type VaeOptions } from './vae.ts';
export { createCheckpoint, weightRefs, type Checkpoint, type CheckpointFiles, type OpenedModel } from './checkpoint.ts';
export {
  describeModel,
  withArticle,
  isDrawn,
  renderDescription,
  type AdapterDescription,
  type Base,
  type Count,
  type Description,
  type Fact,
  type ModelKind,
  type Recognition,
} from './describe/index.ts';
export { drawsText } from './draws-text.ts';
export { cheapPreview } from './cheap-preview.ts';
export { clipBlock } from './clip-text.ts';
export { SD_LATENT_SCALE, SDXL_LATENT_SCALE, sampleLatent } from './vae-latent.ts';
export { asCheckpoint, asCheckpointFile, joinDiffusers, type DiffusersPart } from './diffusers.ts';
export { refuseForeign, refuseQuantised } from './describe/refuse.ts';
export { memoryNeed, type MemoryWish, type WeightMode } from './memory.ts';
export { readModelConfig } from './model-config.ts';
export {
  decidePrediction,
  DEFAULT_PREDICTION,
  PROBE,
  readPrediction,
  statedPrediction,
  type PredictionDecision,
  type PredictionRule,
  type PredictionSigns,
  type PredictionType,
  type StatedPrediction,
} from './prediction.ts';
