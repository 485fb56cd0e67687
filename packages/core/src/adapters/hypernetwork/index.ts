/** Hypernetworks: small networks before the keys and values of the UNet's attentions. */
export { activation } from './activations.ts';
export {
  attentionWidths,
  hypernetworkContext,
  liveHypernetworks,
  type ActiveHypernetwork,
  type LiveHypernetworks,
} from './context.ts';
export {
  applyHypernetwork,
  openHypernetwork,
  type ApplyOptions,
  type Hypernetwork,
  type HypernetworkModule,
} from './hypernetwork.ts';
export {
  derivedDropout,
  hypernetworkLayers,
  stepsFit,
  type HypernetworkLayer,
  type HypernetworkStructure,
} from './structure.ts';
