// The tokenizer and the chat of a model that is given as files, complete or an adapter's.
import { Chat } from "./chat-renderer.ts"
import type { ModelFiles } from "./model-files.ts"
import { readTokenizer } from "./model-folder.ts"
import type { Tokenizer } from "./tokenizer/tokenizer.ts"

/** Where an adapter's folder keeps the model that it corrects. */
const base = "base/"

/** The tokenizer of a model's or adapter's files; throws as `readTokenizer` does. */
export const tokenizerOf = (model: ModelFiles): Tokenizer => {
  const folder = model.has("adapter_config.json") ? base : ""
  return readTokenizer((name) => (model.has(folder + name) ? model.read(folder + name) : undefined))
}

/** The chat of a model's files, by its own template or the one that `given` names; throws as `Chat.open` does. */
export const chatOf = (model: ModelFiles, given?: string): Promise<Chat> => Chat.open(tokenizerOf(model), given)
