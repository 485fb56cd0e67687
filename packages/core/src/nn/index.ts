/** Layers: functions of a scope and their inputs. */
export { fixed } from './fixed.ts';
export { conv2d, groupNorm, layerNorm, linear, linearParts, type ConvOptions } from './layers.ts';
export { createScope, type Door, type Scope, type ScopeOptions } from './scope.ts';
export { sinusoid, timestepEmbedding } from './timestep.ts';
