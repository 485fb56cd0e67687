import { checkFolder } from '../testing/vitest/check-folder.ts';

checkFolder(new URL('.', import.meta.url));
