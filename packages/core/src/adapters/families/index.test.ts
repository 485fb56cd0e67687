import { checkFolder } from '../../testing/vitest/index.ts';

checkFolder(new URL('.', import.meta.url));
