// A text that grows turn by turn: what was read stays in the key-value cache, and only what is new is read.
import type { OpenedModel } from "../open-model.ts"
import { ModelError } from "../model-error.ts"
import { seededRandom } from "../random.ts"
import { takenPositions } from "./adapters/any-adapter.ts"
import { buildDecodeGraph, headUnit } from "./decode-graph.ts"
import { freeze } from "./frozen.ts"
import { cacheNames } from "./generate-graph.ts"
import { type GenerateOptions, generate } from "./generate.ts"
import { type Generated, packable } from "./generator.ts"
import { checkSampling, drawToken, isGreedy } from "./sampling.ts"
import { integerValue, Session, smallIntegerValue, type Values } from "./session.ts"
import { State } from "./state.ts"

/** Tokens that are read at a time. */
const stretch = 64

/** Slots that a cache has at first; it is made anew, twice as large, when a text outgrows it. */
const firstSlots = 1024

type Options = Omit<GenerateOptions, "adapter" | "batchSize" | "onToken"> & {
  readonly onToken?: (id: number) => void
}

interface Compiled {
  readonly slots: number
  readonly reader: Session
  readonly writer: Session
  readonly cache: State
}

const roundUp = (value: number): number => Math.ceil(value / stretch) * stretch

/**
 * Answers as `generate` does one prompt, faster where a prompt begins as the last one and its answer did. On the CPU and
 * for heads that ONNX Runtime's attention takes; elsewhere, and with an adapter that puts something before every text, every
 * prompt is read from its start. Dispose it when done.
 */
export class Dialogue {
  private readonly opened: OpenedModel
  private readonly options: Options
  private compiled: Compiled | undefined
  /** The ids whose keys and values are in the cache. */
  private read: number[] = []

  /** Throws `SLUICE_BAD_SAMPLING`. */
  constructor(opened: OpenedModel, options: Options = {}) {
    checkSampling(options)
    this.opened = opened
    this.options = options
  }

  /** Continues `prompt`. Throws `SLUICE_EMPTY_PROMPT`, `SLUICE_PROMPT_TOO_LONG` and `SLUICE_NO_DEVICE`. */
  async answer(prompt: Int32Array): Promise<Generated> {
    const { model, adapter } = this.opened
    const { device = "cpu", maxNewTokens = 64, onToken, ...others } = this.options
    const { headDim, maxPositions } = model.config
    const taken = takenPositions(adapter)
    const room = Math.min(maxNewTokens, maxPositions - taken - prompt.length)
    if (room < 1) {
      throw new ModelError(
        "SLUICE_PROMPT_TOO_LONG",
        `The text has ${prompt.length} tokens; the model sees ${maxPositions - taken}.`
      )
    }
    if (prompt.length > 0 && taken === 0 && device === "cpu" && headDim % headUnit === 0) return this.goOn(prompt, room)
    const told = onToken && { onToken: (_place: number, id: number) => onToken(id) }
    const settings = { ...others, device, maxNewTokens: room, ...(adapter && { adapter }), ...told }
    return (await generate(model, [prompt], settings))[0]!
  }

  private async goOn(prompt: Int32Array, room: number): Promise<Generated> {
    const { stopIds = this.opened.model.config.eosIds, seed = 0, onToken } = this.options
    const compiled = await this.compile(prompt.length + room)
    const random = isGreedy(this.options) ? undefined : seededRandom(seed, "prompt 0")
    let result = await this.readAll(compiled, prompt)
    const answer: number[] = []
    for (;;) {
      const next =
        random === undefined
          ? Number((result.next!.data as BigInt64Array)[0])
          : drawToken(result.logits!.data as Float32Array, [...prompt, ...answer], this.options, random)
      if (stopIds.includes(next)) return { ids: Int32Array.from(answer), stopped: true }
      answer.push(next)
      onToken?.(next)
      if (answer.length === room) return { ids: Int32Array.from(answer), stopped: false }
      result = await this.run(compiled.writer, [next], 1)
    }
  }

  /** Reads what of `prompt` is not in the cache yet, its last token always; gives what the last stretch answers. */
  private async readAll({ reader }: Compiled, prompt: Int32Array): Promise<Values> {
    const apart = this.read.findIndex((id, place) => id !== prompt[place])
    const known = Math.min(apart < 0 ? this.read.length : apart, prompt.length - 1)
    this.read.length = known
    let result: Values = {}
    for (let start = known; start < prompt.length; start += stretch) {
      result = await this.run(reader, Array.from(prompt.subarray(start, start + stretch)), stretch)
    }
    return result
  }

  /** Adds tokens behind those in the cache; what pads them is written over by those to come. */
  private async run(session: Session, tokens: readonly number[], time: number): Promise<Values> {
    const { cache } = this.compiled!
    const end = this.read.length + time
    const ids = new Int32Array(time)
    ids.set(tokens)
    const feeds: Values = {
      ...cache.feeds(),
      ids: integerValue(ids, [time]),
      ends: smallIntegerValue(Int32Array.of(end - 1), [1]),
      used: smallIntegerValue(Int32Array.of(end), []),
      ...(time > 1 && { last: integerValue([tokens.length - 1], [1]) })
    }
    const result = await session.run(feeds, cache.targets())
    cache.advance(result)
    this.read.push(...tokens)
    return result
  }

  /** Graphs for texts of `length` tokens and what pads the last stretch. */
  private async compile(length: number): Promise<Compiled> {
    const wanted = roundUp(length) + stretch
    if (this.compiled !== undefined && this.compiled.slots >= wanted) return this.compiled
    const slots = roundUp(Math.max(wanted, 2 * (this.compiled?.slots ?? firstSlots / 2)))
    await this.dispose()
    const { model, adapter } = this.opened
    const target = { config: model.config, base: model.weights, ...(adapter && { adapter }) }
    const shape = { batch: 1, prompt: stretch, slots, draws: !isGreedy(this.options) }
    const { threads = 2 } = this.options
    const reading = buildDecodeGraph(target, shape, stretch)
    const writing = buildDecodeGraph(target, shape, 1)
    const frozen = await freeze(reading.fed, "cpu")
    const packed = packable(writing.fed)
    const cache = new State("cpu", true)
    const { layers, kvHeads, headDim } = model.config
    for (let layer = 0; layer < layers; layer++) {
      for (const name of cacheNames(layer)) cache.add(name, [1, kvHeads, slots, headDim])
    }
    const reader = await Session.compile(reading.graph, { threads, frozen })
    const writer = await Session.compile(writing.graph, {
      threads,
      ...(packed === undefined ? { frozen } : { packed })
    })
    this.compiled = { slots, reader, writer, cache }
    return this.compiled
  }

  /** Frees the compiled graphs; the next answer compiles them again. */
  async dispose(): Promise<void> {
    await this.compiled?.reader.dispose()
    await this.compiled?.writer.dispose()
    this.compiled = undefined
    this.read = []
  }
}
