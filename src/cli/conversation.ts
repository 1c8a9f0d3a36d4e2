// A conversation with a model in the terminal: turns in, answers out as they come.
import { availableParallelism } from "node:os"
import { createInterface } from "node:readline"
import { Chat } from "../model/chat-renderer.ts"
import type { ChatMessage } from "../model/chat.ts"
import { ModelError } from "../model/model-error.ts"
import type { OpenedModel } from "../model/open-model.ts"
import type { Device } from "../model/train/device.ts"
import { Dialogue } from "../model/train/dialogue.ts"
import type { Sampling } from "../model/train/sampling.ts"
import { printJson, terminal } from "./print.ts"

interface Settings extends Sampling {
  readonly system: string | undefined
  readonly raw: boolean
  readonly maxTokens: number
  readonly seed: number
  readonly device: Device
}

/** An answer: its text, how many tokens it has, and whether the model ended it. */
export interface Answer {
  readonly text: string
  readonly tokens: number
  readonly stopped: boolean
}

/** What was said so far, and the model that goes on with it. */
export class Conversation {
  private readonly opened: OpenedModel
  private readonly settings: Settings
  private readonly chat: Chat | undefined
  private readonly dialogue: Dialogue
  private messages: ChatMessage[] = []
  private hear: (id: number) => void = () => {}

  private constructor(opened: OpenedModel, settings: Settings, chat: Chat | undefined) {
    this.opened = opened
    this.settings = settings
    this.chat = chat
    const { maxTokens, system: _, raw: __, ...means } = settings
    this.dialogue = new Dialogue(opened, {
      ...means,
      threads: availableParallelism(),
      maxNewTokens: maxTokens,
      onToken: (id) => this.hear(id)
    })
    this.restart()
  }

  /** Begins a conversation by the model's own template; throws where it has none and no marks of ChatML, unless `raw`. */
  static async open(opened: OpenedModel, settings: Settings): Promise<Conversation> {
    if (settings.raw) return new Conversation(opened, settings, undefined)
    try {
      return new Conversation(opened, settings, await Chat.open(opened.model.tokenizer))
    } catch (error) {
      if (!(error instanceof ModelError) || error.code !== "SLUICE_NO_CHAT_TOKENS") throw error
      throw new ModelError(error.code, error.message, error.evidence, "give --raw to let it go on with a text")
    }
  }

  /** Forgets what was said. */
  restart(): void {
    const { system } = this.settings
    this.messages = system === undefined ? [] : [{ role: "system", content: system }]
  }

  private promptOf(said: string): Int32Array {
    const { tokenizer } = this.opened.model
    if (this.chat === undefined) return tokenizer.encode(said, { addSpecial: true })
    const turns = [...this.messages, { role: "user", content: said }]
    return this.chat.render(turns, { addGenerationPrompt: true }).ids
  }

  /** Answers, and remembers both; `show` is given the text as it comes. */
  async answer(said: string, show: (text: string) => void): Promise<Answer> {
    const { tokenizer } = this.opened.model
    const ids: number[] = []
    let shown = ""
    this.hear = (id) => {
      ids.push(id)
      const text = tokenizer.decode(ids, { skipSpecial: true })
      // A character may be spread over several tokens.
      if (text.endsWith("\uFFFD") || !text.startsWith(shown)) return
      show(text.slice(shown.length))
      shown = text
    }
    const found = await this.dialogue.answer(this.promptOf(said)).catch((error: unknown) => {
      if (!(error instanceof ModelError) || error.code !== "SLUICE_PROMPT_TOO_LONG") throw error
      throw new ModelError(error.code, error.message, error.evidence, "begin a new conversation with /new")
    })
    const text = tokenizer.decode(found.ids, { skipSpecial: true })
    if (text.startsWith(shown)) show(text.slice(shown.length))
    if (this.chat !== undefined) {
      this.messages.push({ role: "user", content: said }, { role: "assistant", content: text })
    }
    return { text, tokens: found.ids.length, stopped: found.stopped }
  }
}

/** Answers one prompt, or turn after turn until the input ends. */
export const converse = async (
  conversation: Conversation,
  { prompt, json, name }: { readonly prompt: string | undefined; readonly json: boolean; readonly name: string }
): Promise<void> => {
  const to = terminal(process.stdout)
  const turn = async (said: string): Promise<void> => {
    const answer = await conversation.answer(said, (part) => {
      if (!json) process.stdout.write(part)
    })
    if (json)
      printJson({ model: name, prompt: said, answer: answer.text, tokens: answer.tokens, stopped: answer.stopped })
    else {
      process.stdout.write("\n")
      if (!answer.stopped && to.tty) to.line(to.paint("dim", `cut off after ${answer.tokens} tokens (--max-tokens)`))
    }
  }
  if (prompt !== undefined) {
    await turn(prompt)
    return
  }
  const asks = process.stdin.isTTY === true && to.tty && !json
  if (asks) to.line(to.paint("dim", `${name}: /new begins a new conversation, Ctrl-D ends`))
  const lines = createInterface({ input: process.stdin, ...(asks && { output: process.stdout, prompt: "> " }) })
  if (asks) lines.prompt()
  for await (const line of lines) {
    const said = line.trim()
    if (said === "/exit") break
    if (said === "/new") conversation.restart()
    else if (said !== "") await turn(said)
    if (asks) lines.prompt()
  }
  lines.close()
}
