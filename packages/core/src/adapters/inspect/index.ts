/** What can be told of an adapter's file beyond its header, without a model to put it on. */
export { bestBase, blockNorms, type BlockNorm, type BlockNorms } from './block-norms.ts';
export { squaredDelta } from './delta-norm.ts';
export { notFinite } from '../not-finite.ts';
export { headerFault } from './header-fault.ts';
export { alphaHistogram, fileModules, type FileModule } from './modules.ts';
