// Rows of training data as token sequences: every shape, its mask, what is cut, and why a row cannot be trained on.
import type { ChatMask, ChatMessage, RenderedChat } from "./chat.ts"
import type { Chat } from "./chat-renderer.ts"
import { MaskProof, type MaskReason, maskReasons, refusalOf } from "./mask-proof.ts"
import type { Tokenizer } from "./tokenizer/tokenizer.ts"

/** What becomes of a sequence that is too long. */
export const truncations = ["drop", "keep-start", "keep-end"] as const
export type Truncation = (typeof truncations)[number]

/** How rows become sequences. */
export interface TokenSettings {
  /** The most tokens of a sequence. */
  readonly maxTokens: number
  readonly truncate: Truncation
}

/** Why a row cannot be trained on. */
export const tokenReasons = ["empty", "too-long", "same-answers", ...maskReasons] as const
export type TokenReason = (typeof tokenReasons)[number]

/** A sequence, or the reason why there is none. */
export interface TokenRow extends RenderedChat {
  /** Tokens that were cut off. */
  readonly cut: number
  readonly problem: TokenReason | ""
  /** The evidence of the problem. */
  readonly detail: string
}

/** A preference: the sequence of the chosen answer, and that of the rejected one. */
export interface PreferenceRow extends TokenRow {
  readonly rejected: RenderedChat
}

const nothing: RenderedChat = { ids: new Int32Array(0), mask: new Uint8Array(0) }

const failed = (problem: TokenReason, detail: string): TokenRow => ({ ...nothing, cut: 0, problem, detail })

/** Cuts a sequence to its length, or says why it cannot be used; `needsTarget` asks for a supervised token after the first. */
const fitted = ({ ids, mask }: RenderedChat, settings: TokenSettings, needsTarget = true): TokenRow => {
  const { maxTokens, truncate } = settings
  if (ids.length === 0) return failed("empty", "no tokens")
  const cut = Math.max(0, ids.length - maxTokens)
  if (cut > 0 && truncate === "drop") {
    return failed("too-long", `${ids.length} tokens, ${maxTokens} are the most`)
  }
  const from = truncate === "keep-end" ? cut : 0
  const kept = { ids: ids.slice(from, from + maxTokens), mask: mask.slice(from, from + maxTokens) }
  if (needsTarget && kept.mask.indexOf(1, 1) < 0) {
    const how = cut > 0 ? `the supervised ones are among the ${cut} that are cut` : "none supervised after the first"
    return failed("nothing-supervised", `${ids.length} tokens, ${how}`)
  }
  return { ...kept, cut, problem: "", detail: "" }
}

const refused = (error: unknown): TokenRow => {
  const reason: MaskReason | undefined = refusalOf(error)
  if (reason === undefined) throw error
  return failed(reason, (error as Error).message)
}

/**
 * A conversation, with the parts supervised that `supervise` names; its mask is proven before anything is cut. With
 * `all` there is nothing to prove.
 */
export const tokenizeMessages = (
  chat: Chat,
  messages: readonly ChatMessage[],
  settings: TokenSettings & { readonly supervise?: ChatMask }
): TokenRow => {
  const { supervise = "completion" } = settings
  if (messages.length === 0) return failed("empty", "no messages")
  try {
    const layout = chat.layOut(messages, { supervise })
    const rendered = chat.encode(layout, supervise === "all")
    if (supervise !== "all") {
      const [first] = new MaskProof(chat, supervise).check({ rowId: "", messages, ...rendered }, layout)
      if (first !== undefined) return failed(first.reason, first.detail)
    }
    return fitted(rendered, settings)
  } catch (error) {
    return refused(error)
  }
}

/** What a model is asked: a conversation up to the header of the answer, or plain text. Nothing is supervised. */
export const tokenizePrompt = (
  chat: Chat,
  prompt: string | readonly ChatMessage[],
  settings: TokenSettings
): TokenRow => {
  try {
    if (prompt.length === 0) return failed("empty", "no prompt")
    if (typeof prompt !== "string") return fitted(chat.render(prompt, { addGenerationPrompt: true }), settings, false)
    const ids = begun(chat.tokenizer, prompt)
    return fitted({ ids, mask: new Uint8Array(ids.length) }, settings, false)
  } catch (error) {
    return refused(error)
  }
}

/**
 * The token that ends a text: the vocabulary's own, or the one that the settings name; undefined where there is none.
 *
 * @example
 * import { endOfText, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * tokenizer.decode([endOfText(tokenizer)!]) // → "<|endoftext|>"
 */
export const endOfText = (tokenizer: Tokenizer): number | undefined => {
  const { eos_token: eos } = tokenizer.settings
  const named = typeof eos === "string" ? eos : eos?.content
  for (const text of ["<|endoftext|>", "<|end_of_text|>", named, "</s>"]) {
    const id = text === undefined ? undefined : tokenizer.specialId(text)
    if (id !== undefined) return id
  }
  return undefined
}

/** Ids of a text with what stands before a text. */
const begun = (tokenizer: Tokenizer, text: string): Int32Array =>
  Int32Array.from([...tokenizer.before, ...tokenizer.encode(text)])

const joined = (parts: readonly Int32Array[], supervisedFrom: number): RenderedChat => {
  const ids = new Int32Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    ids.set(part, at)
    at += part.length
  }
  return { ids, mask: new Uint8Array(ids.length).fill(1, supervisedFrom) }
}

/** A plain document and the token that ends it, all supervised. */
export const tokenizeText = (tokenizer: Tokenizer, text: string, settings: TokenSettings): TokenRow => {
  if (text === "") return failed("empty", "no text")
  const end = endOfText(tokenizer)
  return fitted(joined([begun(tokenizer, text), Int32Array.from(end === undefined ? [] : [end])], 0), settings)
}

/**
 * A prompt and its completion as plain text: encoded apart, so that the prompt's ids are those that the model is asked
 * with; the completion and the token that ends it are supervised, with `all` the prompt too.
 */
export const tokenizePair = (
  tokenizer: Tokenizer,
  prompt: string,
  completion: string,
  settings: TokenSettings & { readonly supervise?: "completion" | "all" }
): TokenRow => {
  if (completion === "") return failed("empty", "no completion")
  const asked = begun(tokenizer, prompt)
  const said = tokenizer.encode(completion, {
    after: asked.length === 0 ? "nothing" : prompt === "" ? "token" : "text"
  })
  const end = endOfText(tokenizer)
  const parts = [asked, said, Int32Array.from(end === undefined ? [] : [end])]
  return fitted(joined(parts, settings.supervise === "all" ? 0 : asked.length), settings)
}

/**
 * Two answers to one prompt, each as a conversation of its own with the answer supervised. A row fails when one of the
 * two does, and where both are the same.
 */
export const tokenizePreference = (
  chat: Chat,
  row: {
    readonly prompt: readonly ChatMessage[]
    readonly chosen: readonly ChatMessage[]
    readonly rejected: readonly ChatMessage[]
  },
  settings: TokenSettings
): PreferenceRow => {
  const [chosen, rejected] = [row.chosen, row.rejected].map((answer) => {
    const supervise = answer.filter(({ role }) => role === "assistant").length > 1 ? "assistant" : "completion"
    return tokenizeMessages(chat, [...row.prompt, ...answer], { ...settings, supervise })
  }) as [TokenRow, TokenRow]
  const bad = [chosen, rejected].find(({ problem }) => problem !== "")
  if (bad !== undefined) return { ...bad, ...nothing, rejected: nothing }
  if (Buffer.from(chosen.ids.buffer).equals(Buffer.from(rejected.ids.buffer))) {
    return { ...failed("same-answers", "both answers have the same tokens"), rejected: nothing }
  }
  return { ...chosen, cut: chosen.cut + rejected.cut, rejected: { ids: rejected.ids, mask: rejected.mask } }
}

/** Rows of one shape. */
export type TokenRequest =
  | {
      readonly shape: "messages"
      readonly rows: readonly (readonly ChatMessage[])[]
      readonly supervise?: ChatMask
    }
  | { readonly shape: "text"; readonly rows: readonly string[] }
  | {
      readonly shape: "pair"
      readonly rows: readonly { readonly prompt: string; readonly completion: string }[]
      readonly supervise?: "completion" | "all"
    }
  | { readonly shape: "preference"; readonly rows: readonly Parameters<typeof tokenizePreference>[1][] }
  | { readonly shape: "prompt"; readonly rows: readonly (readonly ChatMessage[])[] }

/** Rows of one shape as sequences, in their order; `chat` is asked for where the shape has conversations. */
export const tokenizeRows = async (
  tokenizer: Tokenizer,
  chat: () => Promise<Chat>,
  request: TokenRequest,
  settings: TokenSettings
): Promise<readonly (TokenRow | PreferenceRow)[]> => {
  if (request.shape === "text") return request.rows.map((text) => tokenizeText(tokenizer, text, settings))
  if (request.shape === "pair") {
    const { supervise = "completion" } = request
    return request.rows.map(({ prompt, completion }) =>
      tokenizePair(tokenizer, prompt, completion, { ...settings, supervise })
    )
  }
  const opened = await chat()
  if (request.shape === "prompt") return request.rows.map((prompt) => tokenizePrompt(opened, prompt, settings))
  if (request.shape === "preference") return request.rows.map((row) => tokenizePreference(opened, row, settings))
  const { supervise = "completion" } = request
  return request.rows.map((messages) => tokenizeMessages(opened, messages, { ...settings, supervise }))
}
