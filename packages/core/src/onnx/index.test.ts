import { checkFolder } from '../testing/vitest/check-folder.ts';

// Inner parts of the lowering, and types only.
checkFolder(new URL('.', import.meta.url), ['sizes', 'model']);
