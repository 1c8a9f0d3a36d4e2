// Conversations as token ids by a model's own template, with a mask over what the model should learn to say.
import type { ChatMask, ChatMessage, RenderedChat } from "./chat.ts"
import { chatFormats } from "./chat-formats.ts"
import { type ChatSource, ChatTemplate, type RenderedText, type TemplateInput } from "./chat-template.ts"
import { ModelError } from "./model-error.ts"
import type { NamedToken, TokenizerSettings } from "./tokenizer/definition.ts"
import type { Tokenizer } from "./tokenizer/tokenizer.ts"

/** How to render; `supervise` is `completion` if not given. */
export interface ChatOptions extends TemplateInput {
  readonly supervise?: ChatMask
}

/** A conversation as text, with the parts that are supervised as UTF-16 places [from, to), each with its end-of-turn mark. */
export interface ChatLayout {
  /** Holds `broken` within special tokens that content has; `plain` takes it out. */
  readonly text: string
  readonly spans: readonly (readonly [number, number])[]
  /** The prompt before each span, rendered alone, where that is how the span was found. */
  readonly prompts?: readonly string[]
}

/** Stands within a special token that content has, while the template is rendered, so that it is not read as one. */
const broken = "\uFDD2"

const contentOf = (token: NamedToken | undefined): string | undefined =>
  typeof token === "string" ? token : (token?.content ?? undefined)

/** The tokens that tokenizer_config.json names, as a template sees them. */
const namedTokens = (settings: TokenizerSettings): Record<string, string> => {
  const named: Record<string, string> = {}
  for (const name of ["bos_token", "eos_token", "pad_token", "unk_token", "sep_token", "cls_token", "mask_token"]) {
    const text = contentOf(settings[name] as NamedToken | undefined)
    if (text !== undefined) named[name] = text
  }
  return named
}

const ownTemplate = ({ chat_template: given }: TokenizerSettings): string | undefined =>
  typeof given === "string" ? given : given?.find(({ name }) => name === "default")?.template

const noTokens = (name: string, missing: readonly string[]): ModelError =>
  new ModelError(
    "SLUICE_NO_CHAT_TOKENS",
    `The tokenizer has no special token ${missing.join(" or ")}, which the chat format "${name}" needs.`
  )

/** A built-in format for a tokenizer; where its sentence marks are not known, the tokenizer's own stand for them. */
const formatFor = (name: string, tokenizer: Tokenizer): ChatSource => {
  const { template, tokens, needs } = chatFormats[name]!
  const missing = needs.filter((token) => tokenizer.specialId(token) === undefined)
  if (missing.length > 0) throw noTokens(name, missing)
  const own = namedTokens(tokenizer.settings)
  const chosen = Object.entries(tokens).map(([variable, token]) => {
    const known = token !== "" && tokenizer.specialId(token) !== undefined
    return [variable, known ? token : (own[variable] ?? "")] as const
  })
  const eos = chosen.find(([variable, token]) => variable === "eos_token" && token === "")
  if (eos !== undefined) throw noTokens(name, [tokens["eos_token"]!])
  return { template, tokens: Object.fromEntries(chosen) }
}

const sourceFor = (tokenizer: Tokenizer, given: string | undefined): ChatSource => {
  if (given !== undefined && Object.hasOwn(chatFormats, given)) return formatFor(given, tokenizer)
  if (given !== undefined && !/[{}]/.test(given)) {
    throw new ModelError(
      "SLUICE_NO_CHAT_TEMPLATE",
      `There is no chat format "${given}"; there are ${Object.keys(chatFormats).join(", ")}, or give a Jinja template.`
    )
  }
  const template = given ?? ownTemplate(tokenizer.settings)
  return template === undefined ? formatFor("chatml", tokenizer) : { template, tokens: namedTokens(tokenizer.settings) }
}

/**
 * A tokenizer with a chat template. Content is text: a special token that it spells is encoded letter by letter. What is
 * supervised is encoded apart from what stands before it, so that the ids before an answer are exactly those that the
 * model is asked with. A beginning-of-text token is written by the template or not at all, never twice.
 *
 * @example
 * import { Chat, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const chat = await Chat.open(tokenizer)
 * const { ids, mask } = chat.render([{ role: "user", content: "When?" }, { role: "assistant", content: "At dawn." }])
 * tokenizer.decode(ids) // → "<|im_start|>user\nWhen?<|im_end|>\n<|im_start|>assistant\nAt dawn.<|im_end|>\n"
 * tokenizer.decode(ids.filter((_, at) => mask[at] === 1)) // → "At dawn.<|im_end|>"
 */
export class Chat {
  readonly tokenizer: Tokenizer
  readonly template: ChatTemplate
  private readonly specials: RegExp | undefined
  private readonly generates: boolean
  private readonly written = new Map<string, number>()

  private constructor(tokenizer: Tokenizer, template: ChatTemplate) {
    this.tokenizer = tokenizer
    this.template = template
    this.generates = /\{%[-+]?\s*generation\b/.test(template.source.template)
    const texts = [...tokenizer.specialTexts].sort((left, right) => right.length - left.length)
    const escaped = texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))
    this.specials = texts.length === 0 ? undefined : new RegExp(escaped.join("|"), "gu")
  }

  /**
   * The chat of a tokenizer by `given`, the name of a built-in format or a Jinja template; by the template in its
   * tokenizer_config.json if not given; by ChatML if there is none. Throws `SLUICE_NO_CHAT_TEMPLATE`,
   * `SLUICE_NO_CHAT_TOKENS` and `SLUICE_BAD_CHAT_TEMPLATE`.
   */
  static async open(tokenizer: Tokenizer, given?: string): Promise<Chat> {
    return new Chat(tokenizer, await ChatTemplate.open(sourceFor(tokenizer, given)))
  }

  private shield(value: unknown): unknown {
    if (typeof value === "string") {
      return value.toWellFormed().replace(this.specials!, (text) => text.slice(0, 1) + broken + text.slice(1))
    }
    if (Array.isArray(value)) return value.map((one) => this.shield(one))
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.shield(one)]))
  }

  private shielded(messages: readonly ChatMessage[]): readonly ChatMessage[] {
    const { specials } = this
    return specials === undefined
      ? messages
      : messages.map((message) => ({ ...message, content: this.shield(message.content) as string }))
  }

  /** Without white space after the last special token of an answer: a model stops there. */
  private closed(text: string, from: number, to: number): readonly [number, number] {
    let end = to
    if (this.specials !== undefined) {
      for (const match of text.slice(from, to).matchAll(this.specials)) {
        const stop = from + match.index + match[0].length
        if (text.slice(stop, to).trim() === "") end = stop
      }
    }
    return [from, end]
  }

  private answersOf(messages: readonly ChatMessage[], supervise: ChatMask): number[] {
    const answers = messages.flatMap(({ role }, place) => (role === "assistant" ? [place] : []))
    return supervise === "assistant" ? answers : answers.slice(-1)
  }

  private spansOf(
    messages: readonly ChatMessage[],
    rendered: RenderedText,
    options: ChatOptions
  ): Pick<ChatLayout, "spans" | "prompts"> {
    const { text, spans } = rendered
    const answers = this.answersOf(messages, options.supervise ?? "completion")
    if (this.generates) {
      const kept = options.supervise === "assistant" ? spans : spans.slice(-answers.length || spans.length)
      return { spans: kept.map(([from, to]) => this.closed(text, from, to)) }
    }
    const prompts: string[] = []
    const found = answers.map((place) => {
      const before = this.template.render(messages.slice(0, place), { ...options, addGenerationPrompt: true }).text
      const after =
        place + 1 === messages.length
          ? text
          : this.template.render(messages.slice(0, place + 1), { ...options, addGenerationPrompt: false }).text
      if (!text.startsWith(before) || !text.startsWith(after) || after.length < before.length) {
        throw new ModelError(
          "SLUICE_TEMPLATE_NOT_PREFIX_PRESERVING",
          `The template writes what stands before turn ${place} otherwise when more follows.`
        )
      }
      prompts.push(before)
      return this.closed(text, before.length, after.length)
    })
    return { spans: found, prompts }
  }

  /**
   * The text of a conversation and its supervised parts. Throws `SLUICE_CHAT_REFUSED` where the template refuses it, and
   * `SLUICE_TEMPLATE_NOT_PREFIX_PRESERVING` where no prompt of it is the beginning of the whole.
   */
  layOut(messages: readonly ChatMessage[], options: ChatOptions = {}): ChatLayout {
    const shielded = this.shielded(messages)
    const rendered = this.template.render(shielded, options)
    const none =
      options.supervise === "all" || (options.addGenerationPrompt === true && options.supervise !== "assistant")
    return { text: rendered.text, ...(none ? { spans: [] } : this.spansOf(shielded, rendered, options)) }
  }

  /** The text of a layout or a part of it as it is, without what shields content. */
  plain(text: string): string {
    return text.replaceAll(broken, "")
  }

  /** Ids of one stretch of a layout, by what stands before it. */
  encodeStretch(text: string, before: number | undefined): Int32Array {
    const isToken = before !== undefined && this.tokenizer.isAdded(before)
    const after = before === undefined ? "nothing" : isToken ? "token" : "text"
    return this.tokenizer.encode(text, { allowSpecial: true, without: broken, after })
  }

  /** Ids of a layout, each supervised part encoded apart. */
  encode({ text, spans }: ChatLayout, all = false): RenderedChat {
    const parts: Int32Array[] = []
    const supervised: boolean[] = []
    let at = 0
    const put = (to: number, isSupervised: boolean): void => {
      if (to <= at) return
      parts.push(this.encodeStretch(text.slice(at, to), parts.at(-1)?.at(-1)))
      supervised.push(isSupervised)
      at = to
    }
    for (const [from, to] of spans) {
      put(from, false)
      put(to, true)
    }
    put(text.length, false)
    const ids = new Int32Array(parts.reduce((total, part) => total + part.length, 0))
    const mask = new Uint8Array(ids.length)
    let place = 0
    parts.forEach((part, index) => {
      ids.set(part, place)
      if (all || supervised[index]!) mask.fill(1, place, place + part.length)
      place += part.length
    })
    return { ids, mask }
  }

  /** How many of `ids` are special tokens. */
  countSpecials(ids: Int32Array): number {
    let count = 0
    for (let at = 0; at < ids.length; at++) if (this.tokenizer.isSpecial(ids[at]!)) count++
    return count
  }

  /**
   * Special tokens that the template writes for conversations of these roles: those of one with every letter of its content
   * replaced, so that none can come from it.
   */
  specialsOf(messages: readonly ChatMessage[]): number {
    const key = JSON.stringify(messages.map(({ role, content }) => [role, content.trim() === ""]))
    let count = this.written.get(key)
    if (count === undefined) {
      const blank = messages.map((message) => ({ ...message, content: message.content.replace(/\S/gu, "x") }))
      count = this.countSpecials(this.encode(this.layOut(blank, { supervise: "all" })).ids)
      this.written.set(key, count)
    }
    return count
  }

  /** Ids and mask of a conversation; with `addGenerationPrompt` nothing is supervised unless `all` is. */
  render(messages: readonly ChatMessage[], options: ChatOptions = {}): RenderedChat {
    const rendered = this.encode(this.layOut(messages, options), options.supervise === "all")
    if (options.addGenerationPrompt === true && options.supervise !== "all") rendered.mask.fill(0)
    return rendered
  }
}
