/** What files say of themselves, read and written as the common programs do. */
export { kohyaMinimumMetadata, type KohyaMinimum } from './kohya.ts';
export { modelSpecMetadata, type ModelSpec } from './modelspec.ts';
export { networkOnDisk, type NetworkOnDisk, type NetworkVersion } from './network-on-disk.ts';
export { trainingSettings, type TrainingSetting } from './training-settings.ts';
export { trainingTags, triggerWords } from './trigger-words.ts';
