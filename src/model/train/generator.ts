// Compiled decoding: reads prompts into a key-value cache, then adds a token a row until all have ended.
import type { Weights } from "../weights.ts"
import { hasPrefix } from "./adapters/any-adapter.ts"
import { inputName } from "./binding.ts"
import type { Device } from "./device.ts"
import { buildDecodeGraph, headUnit } from "./decode-graph.ts"
import { type Frozen, freeze } from "./frozen.ts"
import { buildPromptGraph, buildTokenGraph, cacheNames, type DecodeShape } from "./generate-graph.ts"
import type { ConstantInputs } from "./onnx.ts"
import { integerValue, Session, smallIntegerValue, type Values } from "./session.ts"
import { State } from "./state.ts"
import type { TrainTarget } from "./step-graph.ts"

/** An answer: ids without the stop token, and whether a stop token ended it. */
export interface Generated {
  readonly ids: Int32Array
  readonly stopped: boolean
}

/** What one run of a generator is told besides its prompts. */
export interface Decoding {
  readonly maxNewTokens: number
  readonly stops: ReadonlySet<number>
  /** Draws the next token of a row from its scores, which it may change; `answer` is what was said so far. */
  readonly draw?: (row: number, scores: Float32Array, answer: readonly number[]) => number
  /** Told of each token of an answer. */
  readonly onToken?: (row: number, id: number) => void
}

/** Weights that are held a second time, in the order in which they are multiplied, at most, in bytes. */
const maxPackedBytes = 2 ** 30

/** The weights by the names of their inputs, undefined when they are too large to be held twice. */
export const packable = (weights: Weights): ConstantInputs | undefined => {
  let bytes = 0
  for (const { data } of weights.values()) bytes += data.byteLength
  if (bytes > maxPackedBytes) return undefined
  return new Map([...weights].map(([name, { data }]) => [inputName(name), data]))
}

/** Compiled decoding for prompts up to a length. Dispose it when done. */
export class Generator {
  private readonly shape: DecodeShape
  private readonly inPlace: boolean
  private readonly prompts: Session
  private readonly tokens: Session
  private readonly frozen: Frozen
  private readonly cache: State

  private constructor(
    shape: DecodeShape,
    inPlace: boolean,
    [prompts, tokens]: Session[],
    frozen: Frozen,
    cache: State
  ) {
    this.shape = shape
    this.inPlace = inPlace
    this.prompts = prompts!
    this.tokens = tokens!
    this.frozen = frozen
    this.cache = cache
  }

  /** Compiles the two graphs for `shape` and `device`. */
  static async compile(
    target: TrainTarget,
    shape: DecodeShape,
    { threads, device }: { readonly threads: number; readonly device: Device }
  ): Promise<Generator> {
    const { layers, kvHeads, headDim } = target.config
    const inPlace = device === "cpu" && headDim % headUnit === 0 && !hasPrefix(target.adapter)
    const graphs = inPlace
      ? [buildDecodeGraph(target, shape, shape.prompt), buildDecodeGraph(target, shape, 1)]
      : [buildPromptGraph(target, shape, device), buildTokenGraph(target, shape, device)]
    const cache = new State(device, inPlace)
    for (let layer = 0; layer < layers; layer++) {
      for (const name of cacheNames(layer)) cache.add(name, [shape.batch, kvHeads, shape.slots, headDim])
    }
    const frozen = await freeze(graphs[0]!.fed, device)
    const sessions: Session[] = []
    const packed = inPlace ? packable(graphs[1]!.fed) : undefined
    for (const [at, { graph }] of graphs.entries()) {
      const weights = at === 1 && packed !== undefined ? { packed } : { frozen }
      sessions.push(await Session.compile(graph, { threads, ...weights, resident: cache.names() }))
    }
    return new Generator(shape, inPlace, sessions, frozen, cache)
  }

  private promptFeeds(prompts: readonly Int32Array[]): Values {
    const { batch, prompt } = this.shape
    const ids = new Int32Array(batch * prompt)
    const ends = Int32Array.from({ length: batch }, (_, row) => (prompts[row]?.length ?? 1) - 1)
    prompts.forEach((tokens, row) => {
      ids.set(tokens, row * prompt)
    })
    const shared = {
      ids: integerValue(ids, [batch * prompt]),
      last: integerValue(
        ends.map((end, row) => row * prompt + end),
        [batch]
      )
    }
    if (this.inPlace) return { ...shared, ...this.cache.feeds(), ...this.cacheFeeds(ends, prompt) }
    const positions = Int32Array.from({ length: batch * prompt }, (_, place) => place % prompt)
    return {
      ...shared,
      positions: integerValue(positions, [batch * prompt]),
      segments: integerValue(new Int32Array(batch * prompt), [batch, prompt])
    }
  }

  private cacheFeeds(ends: Int32Array, used: number): Values {
    return { ends: smallIntegerValue(ends, [ends.length]), used: smallIntegerValue(Int32Array.of(used), []) }
  }

  private tokenFeeds(ids: Int32Array, positions: Int32Array): Values {
    const { batch } = this.shape
    const feeds = { ...this.cache.feeds(), ids: integerValue(ids, [batch]) }
    if (!this.inPlace) return { ...feeds, positions: integerValue(positions, [batch]) }
    return { ...feeds, ...this.cacheFeeds(positions.slice(), Math.max(...positions) + 1) }
  }

  /** Decodes up to `batch` prompts of at least one token each. */
  async run(prompts: readonly Int32Array[], decoding: Decoding): Promise<Generated[]> {
    const { maxNewTokens, stops, draw, onToken } = decoding
    const { batch } = this.shape
    const answers: number[][] = prompts.map(() => [])
    const stopped = prompts.map(() => false)
    let result = await this.prompts.run(this.promptFeeds(prompts), this.cache.targets())
    const tokens = new Int32Array(batch)
    const positions = new Int32Array(batch)
    for (;;) {
      this.cache.advance(result)
      const chosen = this.choices(result, answers, draw)
      let open = 0
      prompts.forEach((prompt, row) => {
        const answer = answers[row]!
        if (stopped[row] === true || answer.length >= maxNewTokens) return
        const token = chosen(row)
        if (stops.has(token)) {
          stopped[row] = true
          return
        }
        tokens[row] = token
        positions[row] = prompt.length + answer.length
        answer.push(token)
        onToken?.(row, token)
        if (answer.length < maxNewTokens) open++
      })
      if (open === 0) break
      result = await this.tokens.run(this.tokenFeeds(tokens, positions), this.cache.targets())
    }
    return answers.map((answer, row) => ({ ids: Int32Array.from(answer), stopped: stopped[row] === true }))
  }

  /** How the next token of a row is found in what a run answered. */
  private choices(result: Values, answers: readonly number[][], draw: Decoding["draw"]): (row: number) => number {
    if (draw === undefined) return (row) => Number((result.next!.data as BigInt64Array)[row])
    const scores = result.logits!.data as Float32Array
    const width = scores.length / this.shape.batch
    return (row) => draw(row, scores.subarray(row * width, (row + 1) * width), answers[row]!)
  }

  /** Frees both compiled graphs and what lies on the device. */
  async dispose(): Promise<void> {
    await this.cache.dispose()
    await this.frozen.dispose()
    await this.prompts.dispose()
    await this.tokens.dispose()
  }
}
