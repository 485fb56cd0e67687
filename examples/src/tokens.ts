/** Shows how a prompt is cut into chunks and tokens, and what each token weighs. usage: node examples/dist/tokens.js PROMPT */
import { chunkPrompt, clipTokenizer, WINDOW } from '@graft/core/text';

const [prompt = 'a (red:1.3) fox, sitting BREAK snow'] = process.argv.slice(2);
const tokenizer = clipTokenizer();
const { chunks, count } = chunkPrompt(prompt, tokenizer);

console.log(`${count} tokens in ${chunks.length} ${chunks.length === 1 ? 'chunk' : 'chunks'} of ${WINDOW}`);
for (const [number, { tokens, weights }] of chunks.entries()) {
  console.log(`chunk ${number + 1}`);
  // Each begins with a start token; what follows the first end token is filling.
  for (const [at, id] of tokens.slice(1, tokens.indexOf(tokenizer.pad)).entries())
    console.log(`  ${String(id).padStart(5)}  ${tokenizer.piece(id).padEnd(16)} ${weights[at + 1]}`);
}
