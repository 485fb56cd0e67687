import { checkFolder } from '../testing/vitest/check-folder.ts';

// Within torchRandom.
checkFolder(new URL('.', import.meta.url), ['mt19937', 'vector-math']);
