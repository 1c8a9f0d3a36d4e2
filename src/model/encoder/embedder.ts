// Turns texts into vectors with a sentence encoder in Hugging Face layout, the same bits whatever texts stand beside one.
import { folderFiles, type ModelFiles, readJsonFile, readShapes } from "../model-files.ts"
import type { Tokenizer } from "../tokenizer/tokenizer.ts"
import { fromTokenizerJson } from "../tokenizer/tokenizer-json.ts"
import { freeze } from "../train/frozen.ts"
import { floatValue, integerValue, Session } from "../train/session.ts"
import { type BertConfig, bertWeightShapes, readBertConfig } from "./bert-config.ts"
import { buildBertGraph } from "./bert-graph.ts"

/** Tokens that a run has places for, at least: short texts share one. */
const RUN_TOKENS = 128
/** Texts are padded to a multiple of this many tokens, so that few shapes occur. */
const STEP = 16

/** The shape of the run that a text of so many tokens is in: it depends on that text alone. */
const shapeOf = (tokens: number): { readonly texts: number; readonly length: number } => {
  const length = Math.ceil(tokens / STEP) * STEP
  return { texts: Math.max(1, Math.floor(RUN_TOKENS / length)), length }
}

/** How texts are embedded. */
export interface EmbedOptions {
  /** Threads of the arithmetic, 1 if not given: vectors are the same bits only for the same number. */
  readonly threads?: number
}

export class Embedder {
  readonly config: BertConfig
  readonly #tokenizer: Tokenizer
  readonly #session: Session

  private constructor(config: BertConfig, tokenizer: Tokenizer, session: Session) {
    this.config = config
    this.#tokenizer = tokenizer
    this.#session = session
  }

  /**
   * Opens a BERT encoder: config.json, model.safetensors and tokenizer.json, with the pooling that sentence-transformers'
   * files beside them name. Throws `SLUICE_UNSUPPORTED_MODEL`, `SLUICE_UNSUPPORTED_TOKENIZER` and `SLUICE_BAD_MODEL_FOLDER`.
   *
   * `Embedder.open("models/all-MiniLM-L6-v2")` gives an embedder whose `embed(["The gate opens."])` is 384 numbers.
   */
  static async open(folder: string | ModelFiles, { threads = 1 }: EmbedOptions = {}): Promise<Embedder> {
    const files = typeof folder === "string" ? folderFiles(folder) : folder
    const config = readBertConfig({
      config: readJsonFile(files, "config.json", "needed"),
      modules: readJsonFile(files, "modules.json", "optional") as never,
      pooling: readJsonFile(files, "1_Pooling/config.json", "optional") as never,
      sentence: readJsonFile(files, "sentence_bert_config.json", "optional") as never
    })
    const tokenizer = fromTokenizerJson(readJsonFile(files, "tokenizer.json", "needed"))
    const { graph, fed } = buildBertGraph(config, readShapes(files, bertWeightShapes(config), ["", "bert."]))
    const session = await Session.compile(graph, { threads, frozen: await freeze(fed, "cpu") })
    return new Embedder(config, tokenizer, session)
  }

  /** Numbers of a vector. */
  get dimensions(): number {
    return this.config.hiddenSize
  }

  /**
   * Vectors of length 1, [texts, dimensions]. A text of more than `config.maxTokens` tokens is cut. Texts of about one length run
   * together, in a shape that their own length gives, so that a text's vector is the same bits alone and among others.
   */
  async embed(texts: readonly string[]): Promise<Float32Array> {
    const { maxTokens, hiddenSize } = this.config
    const ids = texts.map((text) => this.#tokenizer.encode(text, { allowSpecial: true, addSpecial: true, maxTokens }))
    const order = [...ids.keys()].sort((a, b) => ids[a]!.length - ids[b]!.length || a - b)
    const vectors = new Float32Array(texts.length * hiddenSize)
    for (let from = 0; from < order.length; ) {
      const shape = shapeOf(ids[order[from]!]!.length)
      let to = from + 1
      while (to < order.length && to - from < shape.texts && shapeOf(ids[order[to]!]!.length).length === shape.length)
        to++
      const together = order.slice(from, to)
      const found = await this.#run(
        together.map((text) => ids[text]!),
        shape
      )
      together.forEach((text, row) => {
        vectors.set(found.subarray(row * hiddenSize, (row + 1) * hiddenSize), text * hiddenSize)
      })
      from = to
    }
    return vectors
  }

  async #run(
    sequences: readonly Int32Array[],
    { texts, length }: { readonly texts: number; readonly length: number }
  ): Promise<Float32Array> {
    const ids = new Int32Array(texts * length)
    const positions = new Int32Array(texts * length)
    const mask = new Float32Array(texts * length)
    for (let row = 0; row < texts; row++) {
      const sequence = sequences[row]
      for (let place = 0; place < length; place++) {
        const at = row * length + place
        positions[at] = Math.min(place, this.config.maxPositions - 1)
        if (sequence === undefined || place >= sequence.length) continue
        ids[at] = sequence[place]!
        mask[at] = 1
      }
    }
    const shape = [texts, length]
    const { vectors } = await this.#session.run({
      ids: integerValue(ids, shape),
      positions: integerValue(positions, shape),
      mask: floatValue(mask, shape)
    })
    return vectors!.data as Float32Array
  }

  /** Frees the native session. */
  async dispose(): Promise<void> {
    await this.#session.dispose()
  }
}
