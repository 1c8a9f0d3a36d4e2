// Opens the models that row functions ask, once in a thread: what they read is what was planned, what they compute is lazy.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { SluiceError } from "../errors.ts"
import { type GraphNode, modelEdges } from "../graph/graph.ts"
import type { ModelSource } from "../graph/model-source.ts"
import { optionFields } from "../graph/options.ts"
import type { ModelFiles } from "../model/model-files.ts"
import { ModelError } from "../model/model-error.ts"
import type { RowModel } from "../stage/row-model.ts"
import { sha256 } from "../table/digest.ts"

/** Models by the options that they are given as. */
export type ModelSources = { readonly [option: string]: ModelSource }
export type RowModels = { readonly [option: string]: RowModel }

type Embedder = import("../model/encoder/embedder.ts").Embedder
type Chat = import("../model/chat-renderer.ts").Chat
type Tokenizer = import("../model/tokenizer/tokenizer.ts").Tokenizer
type TextScorer = import("../model/train/score-text.ts").TextScorer

class OpenModel implements RowModel {
  readonly digest: string
  readonly files: ReadonlyArray<string>
  readonly #source: ModelSource
  readonly #known: ReadonlyMap<string, string>
  #embedder: Promise<Embedder> | undefined
  #scorer: Promise<TextScorer> | undefined
  #tokenizer: Promise<Tokenizer> | undefined
  readonly #chats = new Map<string | undefined, Promise<Chat>>()

  constructor(source: ModelSource) {
    this.#source = source
    this.digest = source.digest
    this.files = source.files.map(({ path }) => path)
    this.#known = new Map(source.files.map(({ path, digest }) => [path, digest]))
  }

  readonly read = (name: string): Uint8Array => {
    const path = join(this.#source.folder, name)
    const planned = this.#known.get(name)
    if (planned === undefined)
      throw new SluiceError("SLUICE_BAD_INPUT", `the model has no file "${name}"`, {
        evidence: [`${this.#source.folder} has ${this.files.slice(0, 10).join(", ")}`],
        hint: "give a model of the kind that the stage reads"
      })
    const bytes = readFileSync(path)
    if (sha256(bytes) === planned) return bytes
    throw new SluiceError("SLUICE_CHANGED_DURING_RUN", `${path} changed during the run`, {
      hint: "run again: finished work is kept"
    })
  }

  #asFiles(): ModelFiles {
    return { where: this.#source.folder, has: (name) => this.#known.has(name), read: this.read }
  }

  readonly embed: RowModel["embed"] = async (texts) => {
    this.#embedder ??= telling(async () => {
      const { Embedder } = await import("../model/encoder/embedder.ts")
      return Embedder.open(this.#asFiles())
    })
    const embedder = await this.#embedder
    return { dimensions: embedder.dimensions, values: await embedder.embed(texts) }
  }

  readonly tokens: RowModel["tokens"] = async (request, { chat: format, ...settings }) => {
    this.#tokenizer ??= telling(async () => {
      const { tokenizerOf } = await import("../model/model-chat.ts")
      return tokenizerOf(this.#asFiles())
    })
    const tokenizer = await this.#tokenizer
    const { tokenizeRows } = await import("../model/token-row.ts")
    return tokenizeRows(tokenizer, () => this.#chat(tokenizer, format), request, settings)
  }

  #chat(tokenizer: Tokenizer, format: string | undefined): Promise<Chat> {
    const chat =
      this.#chats.get(format) ??
      telling(async () => {
        const { Chat } = await import("../model/chat-renderer.ts")
        return Chat.open(tokenizer, format)
      })
    this.#chats.set(format, chat)
    return chat
  }

  readonly score: RowModel["score"] = async (texts, maxTokens) => {
    this.#scorer ??= telling(async () => {
      const { TextScorer } = await import("../model/train/score-text.ts")
      // Its readers take a folder: that it is the planned one is seen to first.
      for (const name of this.files) this.read(name)
      return TextScorer.open(this.#source.folder)
    })
    return (await this.#scorer).score(texts, maxTokens)
  }
}

/** A model that cannot be opened is no row's fault: the node ends with it. */
const telling = async <A>(open: () => Promise<A>): Promise<A> => {
  try {
    return await open()
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause
    throw new SluiceError("SLUICE_BAD_INPUT", cause.message, { hint: "give a model of the kind that the stage reads" })
  }
}

/** The models that a thread has opened, by their digests. */
const opened = new Map<string, OpenModel>()

/** A model as row functions see it. */
export const openModel = (source: ModelSource): RowModel => {
  let model = opened.get(source.digest)
  if (model === undefined) {
    model = new OpenModel(source)
    opened.set(source.digest, model)
  }
  return model
}

/** The models that a node's functions ask: those that paths name, and `linked`, which other nodes made. */
export const openModels = (node: GraphNode, linked: ModelSources = {}): RowModels => {
  const models: Record<string, RowModel> = {}
  const missing = modelEdges(node).find(({ input }) => !(input in linked))
  if (missing !== undefined) throw new Error(`${node.name}: no model is there for ${missing.input}`)
  for (const [name, { kind }] of Object.entries(optionFields(node.declaration))) {
    const source = linked[name] ?? (kind === "model" ? (node.options[name] as ModelSource | undefined) : undefined)
    if (source !== undefined) models[name] = openModel(source)
  }
  return models
}
