/** From a request to a picture. */
export {
  createNetworks,
  type EncodeTextOptions,
  type Networks,
  type NetworksOptions,
  type Placement,
} from './networks.ts';
