// Renders conversations to token ids with the ChatML template, with a mask over what the model should learn to say.
import { ModelError } from "./model-error.ts"
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
 * What is supervised, always `content<|im_end|>` without the newline after it: `completion` the last assistant turn,
 * `assistant` every assistant turn, `all` every token.
 */
export type ChatMask = "completion" | "assistant" | "all"

/** How to render. */
export interface RenderOptions {
  /** `completion` if not given. */
  readonly supervise?: ChatMask
  /** End with `<|im_start|>assistant\n`, ready to be continued; nothing is supervised then unless `all`. */
  readonly addGenerationPrompt?: boolean
}

/** The same template for transformers' `chat_template`; ChatML, with no system turn unless one is given. */
export const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"

const chatMark = (tokenizer: Tokenizer, text: string): number => {
  const id = tokenizer.specialId(text)
  if (id !== undefined) return id
  throw new ModelError("SLUICE_NO_CHAT_TOKENS", `The tokenizer has no special token ${text}, which ChatML needs.`)
}

/** Ids of the two ChatML marks; throws `SLUICE_NO_CHAT_TOKENS` when the tokenizer lacks one. */
export const chatMarks = (tokenizer: Tokenizer): { readonly start: number; readonly end: number } => ({
  start: chatMark(tokenizer, "<|im_start|>"),
  end: chatMark(tokenizer, "<|im_end|>")
})

/**
 * Renders `messages` as `<|im_start|>role\ncontent<|im_end|>\n` each. Content is encoded as plain text: a special token
 * written in it stays text. A supervised answer is encoded apart from its header, so that the ids before it are exactly
 * those of the prompt alone; an unsupervised turn is encoded in one go, as a tokenizer given the whole text would.
 *
 * @example
 * import { renderChat, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const messages = [{ role: "user", content: "When?" }, { role: "assistant", content: "At dawn." }]
 * const { ids, mask } = renderChat(tokenizer, messages)
 * tokenizer.decode(ids) // → "<|im_start|>user\nWhen?<|im_end|>\n<|im_start|>assistant\nAt dawn.<|im_end|>\n"
 * tokenizer.decode(ids.filter((_, at) => mask[at] === 1)) // → "At dawn.<|im_end|>"
 */
export const renderChat = (
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  options: RenderOptions = {}
): RenderedChat => {
  const { supervise = "completion", addGenerationPrompt = false } = options
  const { start, end } = chatMarks(tokenizer)
  const ids: number[] = []
  const mask: number[] = []
  const put = (part: ArrayLike<number>, supervised: boolean): void => {
    for (let index = 0; index < part.length; index++) {
      ids.push(part[index]!)
      mask.push(supervised || supervise === "all" ? 1 : 0)
    }
  }
  const newline = tokenizer.encode("\n")
  const lastAnswer = addGenerationPrompt ? -1 : messages.findLastIndex(({ role }) => role === "assistant")
  messages.forEach(({ role, content }, place) => {
    const answers = role === "assistant" && (supervise === "assistant" || place === lastAnswer)
    put([start], false)
    if (answers && !addGenerationPrompt && supervise !== "all") {
      put(tokenizer.encode(`${role}\n`), false)
      put(tokenizer.encode(content), true)
      put([end], true)
    } else {
      put(tokenizer.encode(`${role}\n${content}`), false)
      put([end], false)
    }
    put(newline, false)
  })
  if (addGenerationPrompt) {
    put([start], false)
    put(tokenizer.encode("assistant\n"), false)
  }
  return { ids: Int32Array.from(ids), mask: Uint8Array.from(mask) }
}

/** Ids of a plain document followed by end of text, all supervised. */
export const renderText = (tokenizer: Tokenizer, text: string): RenderedChat => {
  const body = tokenizer.encode(text)
  const end = tokenizer.specialId("<|endoftext|>")
  const ids = end === undefined ? body : Int32Array.from([...body, end])
  return { ids, mask: new Uint8Array(ids.length).fill(1) }
}
