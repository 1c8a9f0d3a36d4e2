// Conversations and documents as training sees them: turns, what of them is supervised, and the template of a new model.
import type { Tokenizer } from "./tokenizer/tokenizer.ts"

/** One turn of a conversation. */
export interface ChatMessage {
  readonly role: string
  readonly content: string
}

/** Ids of a conversation and which of them are supervised (1) or not (0). */
export interface RenderedChat {
  readonly ids: Int32Array
  readonly mask: Uint8Array
}

/**
 * What is supervised, an answer always with its end-of-turn mark and without white space after that: `completion` the last
 * assistant turn, `assistant` every assistant turn, `all` every token.
 */
export type ChatMask = "completion" | "assistant" | "all"

/** ChatML as a `chat_template`, with no system turn unless one is given: what a new model is saved with. */
export const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"

/** Ids of a plain document followed by end of text, all supervised. */
export const renderText = (tokenizer: Tokenizer, text: string): RenderedChat => {
  const body = tokenizer.encode(text)
  const end = tokenizer.specialId("<|endoftext|>")
  const ids = end === undefined ? body : Int32Array.from([...body, end])
  return { ids, mask: new Uint8Array(ids.length).fill(1) }
}
