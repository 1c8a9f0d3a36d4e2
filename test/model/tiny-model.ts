// A model small enough to train in a test, with a tokenizer of bytes and a few merges.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type CausalModel,
  createModel,
  type LlamaConfig,
  type Tokenizer,
  type TokenSequence,
  trainTokenizer
} from "../../src/model/index.ts"
import { seededRandom } from "../../src/model/random.ts"

export const tinyText = [
  "The sluice opens at dawn. The water runs, and the wheel turns.",
  "At dusk the sluice closes; the wheel stands still, and the miller counts 12 sacks.",
  "for (let i = 0; i < 3; i++) { wheel.turn(i) }\n\twater += 12\n"
]

export const tinyTokenizer = (): Tokenizer => trainTokenizer({ texts: tinyText, vocabSize: 320 })

export const tinyModel = (
  seed = 1,
  shape: { readonly tieEmbeddings?: boolean; readonly headDim?: number; readonly layers?: number } = {}
): CausalModel<LlamaConfig> =>
  createModel(
    tinyTokenizer(),
    { hiddenSize: 16, intermediateSize: 24, layers: 2, heads: 4, kvHeads: 2, maxPositions: 96, ...shape },
    seed
  ) as CausalModel<LlamaConfig>

/** Sequences of random ids; about `share` of the tokens are supervised. */
export const randomSequences = (lengths: readonly number[], vocabSize: number, share = 0.7): TokenSequence[] => {
  const random = seededRandom(7, "sequences")
  return lengths.map((length, place) => ({
    ids: Int32Array.from({ length }, () => Math.floor(random.uniform() * vocabSize)),
    mask: Uint8Array.from({ length }, () => (random.uniform() < share ? 1 : 0)),
    rowId: `row-${place}`
  }))
}

/** Supervises every token of `text`. */
export const wholeSequence = (tokenizer: Tokenizer, text: string, rowId: string): TokenSequence => {
  const ids = tokenizer.encode(text)
  return { ids, mask: new Uint8Array(ids.length).fill(1), rowId }
}

/** A folder that is gone when its block ends. */
export class TemporaryFolder {
  readonly path: string

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), "sluice-model-"))
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}
