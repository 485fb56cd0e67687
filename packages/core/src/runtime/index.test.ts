import { checkFolder } from '../testing/vitest/check-folder.ts';

// Types only.
checkFolder(new URL('.', import.meta.url), ['port']);
