// The chat of a model that row functions are given as files: read once in a thread, whatever number of batches asks.
import { Chat } from "./chat-renderer.ts"
import { readTokenizer } from "./model-folder.ts"
import type { Tokenizer } from "./tokenizer/tokenizer.ts"

/** A model's files; `digest` is that of all of them. */
export interface ChatFiles {
  readonly digest: string
  readonly files: readonly string[]
  readonly read: (name: string) => Uint8Array
}

const chats = new Map<string, Promise<Chat>>()
const tokenizers = new Map<string, Tokenizer>()

/** Where an adapter's folder keeps the model that it corrects. */
const base = "base/"

/** The tokenizer of a model's or adapter's files; throws as `readTokenizer` does. */
export const tokenizerOf = (model: ChatFiles): Tokenizer => {
  let tokenizer = tokenizers.get(model.digest)
  if (tokenizer === undefined) {
    const folder = model.files.includes("adapter_config.json") ? base : ""
    const known = (name: string) => (model.files.includes(folder + name) ? model.read(folder + name) : undefined)
    tokenizer = readTokenizer(known)
    tokenizers.set(model.digest, tokenizer)
  }
  return tokenizer
}

/** The chat of a model's or adapter's files, by its own template or the one that `given` names; throws as `Chat.open` does. */
export const chatOf = (model: ChatFiles, given?: string): Promise<Chat> => {
  const key = JSON.stringify([model.digest, given])
  const known = chats.get(key)
  if (known !== undefined) return known
  const made = Promise.resolve().then(() => Chat.open(tokenizerOf(model), given))
  chats.set(key, made)
  return made
}
