// Scores one text after another under a causal model, each in a run of its own: the same bits whatever stands beside it.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { loadAdapter, mergeAdapter } from "../adapter-folder.ts"
import { renderText } from "../chat.ts"
import { loadModel } from "../model-folder.ts"
import type { OpenedModel } from "../open-model.ts"
import { isMergeable, takenPositions, virtualTokens } from "./adapters/any-adapter.ts"
import { layOutBatch, type TokenSequence, withVirtualTokens } from "./batch.ts"
import { freeze } from "./frozen.ts"
import { Session } from "./session.ts"
import { buildScoreGraph } from "./step-graph.ts"

/** Texts are padded to these many tokens at least, then to twice as many and so on: few graphs serve all lengths. */
const SHORTEST = 32

/** Weights of more bytes are in memory once for all graphs, not written into each. */
const MAX_WRITTEN = 64 * 2 ** 20

/** What a model gives a text. */
export interface PlainScore {
  /** ln p of its tokens, summed; the first has nothing before it and is not counted. */
  readonly logProb: number
  readonly tokens: number
}

/** A model folder, or an adapter folder with the model that it corrects in `base`; merged where that can be. */
const openFolder = (folder: string): OpenedModel => {
  if (!existsSync(join(folder, "adapter_config.json"))) return { model: loadModel(folder) }
  const model = loadModel(join(folder, "base"))
  const adapter = loadAdapter(folder)
  return isMergeable(adapter) ? { model: mergeAdapter(model, adapter) } : { model, adapter }
}

export class TextScorer {
  readonly #opened: OpenedModel
  readonly #threads: number
  /** By length in tokens. */
  readonly #sessions = new Map<number, Promise<Session>>()

  private constructor(opened: OpenedModel, threads: number) {
    this.#opened = opened
    this.#threads = threads
  }

  /** Opens a model or an adapter in Hugging Face or PEFT layout; threads of the arithmetic, 1 if not given. */
  static open(folder: string, threads = 1): TextScorer {
    return new TextScorer(openFolder(folder), threads)
  }

  /**
   * Scores texts as training renders them, with an end-of-text token; of texts of more than `maxTokens` tokens, or than the
   * model takes, their beginning. A text of fewer than two tokens has none counted.
   */
  async score(texts: readonly string[], maxTokens: number): Promise<PlainScore[]> {
    const { adapter, model } = this.#opened
    const { config, tokenizer } = model
    const most = Math.min(maxTokens, config.maxPositions - takenPositions(adapter))
    const scores: PlainScore[] = []
    for (const text of texts) {
      const { ids } = renderText(tokenizer, text)
      scores.push(await this.#one(ids.subarray(0, most), most))
    }
    return scores
  }

  async #one(ids: Int32Array, most: number): Promise<PlainScore> {
    if (ids.length < 2) return { logProb: 0, tokens: 0 }
    let length = SHORTEST
    while (length < ids.length) length *= 2
    const before = virtualTokens(this.#opened.adapter)
    length = Math.min(length, Math.max(most, ids.length)) + before
    const session = await this.#session(length)
    const plain: TokenSequence = { ids, mask: new Uint8Array(ids.length).fill(1), rowId: "" }
    const sequences = withVirtualTokens([plain], before, this.#opened.model.config.vocabSize)
    const row = [{ sequence: 0, start: 0, end: before + ids.length }]
    const { feeds, targetSequence } = layOutBatch([row], sequences, { rows: 1, length, targets: length })
    const { weights: _unused, ...fed } = feeds
    const { logProbs } = await session.run(fed)
    const values = logProbs!.data as Float32Array
    let logProb = 0
    let tokens = 0
    for (let place = 0; place < values.length; place++) {
      if (targetSequence[place]! < 0) continue
      logProb += values[place]!
      tokens++
    }
    return { logProb, tokens }
  }

  #session(length: number): Promise<Session> {
    let session = this.#sessions.get(length)
    if (session === undefined) {
      session = this.#compile(length)
      this.#sessions.set(length, session)
    }
    return session
  }

  async #compile(length: number): Promise<Session> {
    const { model, adapter } = this.#opened
    const target = { config: model.config, base: model.weights, ...(adapter && { adapter }) }
    const { graph, fed } = buildScoreGraph(target, { rows: 1, length, targets: length }, "cpu", MAX_WRITTEN)
    return Session.compile(graph, { threads: this.#threads, frozen: await freeze(fed, "cpu") })
  }

  /** Frees the native sessions. */
  async dispose(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).dispose()
    this.#sessions.clear()
  }
}
