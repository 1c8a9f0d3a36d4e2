// Jinja chat templates as transformers renders them, with the parts that the model is to say marked.
import type { Environment, Interpreter } from "@huggingface/jinja"
import type { ChatMessage } from "./chat.ts"
import { ModelError } from "./model-error.ts"

/** A template and the texts of the special tokens that it may name. */
export interface ChatSource {
  /** Jinja, with `trim_blocks` and `lstrip_blocks` as transformers sets them. */
  readonly template: string
  /** Variables such as `bos_token`. */
  readonly tokens?: { readonly [name: string]: string }
}

/** What a template is given beside the messages. */
export interface TemplateInput {
  /** End with the header of an answer, if the template has one. */
  readonly addGenerationPrompt?: boolean
  /** Tools as JSON schemas, for templates that write them. */
  readonly tools?: readonly unknown[]
  /** The day that `strftime_now` tells, as `YYYY-MM-DD`; without one a template finds no `strftime_now`. */
  readonly date?: string
  /** Further variables, such as `enable_thinking`. */
  readonly variables?: { readonly [name: string]: unknown }
}

/** A rendered conversation; `spans` are the parts inside `{% generation %}`, as UTF-16 places [from, to). */
export interface RenderedText {
  readonly text: string
  readonly spans: readonly (readonly [number, number])[]
}

/** Characters that are no characters: they mark where generation begins and ends. */
const OPEN = "\uFDD0"
const CLOSE = "\uFDD1"
const marks = /[\uFDD0\uFDD1]/g

/**
 * A block that writes a mark takes the place of each `generation` tag: as a block it trims the same white space. The
 * tag of the library itself is dropped before it is read.
 */
const markGeneration = (template: string): string =>
  template.replace(
    /\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/g,
    (_, left: string, end: string | undefined, right: string) => {
      const mark = end === undefined ? OPEN : CLOSE
      return `{%${left} if true %}${mark}{% endif ${right}%}`
    }
  )

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December"
]

const two = (value: number): string => String(value).padStart(2, "0")

/** `strftime` of a day in English, at midnight; throws on a directive that it does not know. */
export const formatDay = (day: string, format: string): string => {
  const date = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(date.getTime())) throw new ModelError("SLUICE_BAD_DATE", `"${day}" is no day as YYYY-MM-DD.`)
  const [weekday, month] = [days[date.getUTCDay()]!, months[date.getUTCMonth()]!]
  const known: { readonly [letter: string]: string } = {
    Y: String(date.getUTCFullYear()),
    y: two(date.getUTCFullYear() % 100),
    m: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    B: month,
    b: month.slice(0, 3),
    A: weekday,
    a: weekday.slice(0, 3),
    H: "00",
    M: "00",
    S: "00",
    "%": "%"
  }
  return format.replace(/%(.?)/g, (directive, letter: string) => {
    const text = known[letter]
    if (text === undefined)
      throw new ModelError("SLUICE_BAD_DATE", `A template formats a date by "${directive}", which is not known.`)
    return text
  })
}

type Jinja = typeof import("@huggingface/jinja")
type Program = Parameters<Interpreter["run"]>[0]

/** A template ready to render. Equal messages give equal text: it sees neither clock nor chance. */
export class ChatTemplate {
  readonly source: ChatSource
  private readonly jinja: Jinja
  private readonly program: Program
  private readonly known: Environment

  private constructor(source: ChatSource, jinja: Jinja) {
    this.source = source
    this.jinja = jinja
    this.known = this.globals()
    try {
      const tokens = jinja.tokenize(markGeneration(source.template), { lstrip_blocks: true, trim_blocks: true })
      this.program = jinja.parse(tokens)
    } catch (error) {
      throw new ModelError("SLUICE_BAD_CHAT_TEMPLATE", `The chat template is no Jinja: ${(error as Error).message}`)
    }
  }

  /** Reads a template; throws `SLUICE_BAD_CHAT_TEMPLATE`. */
  static async open(source: ChatSource): Promise<ChatTemplate> {
    return new ChatTemplate(source, await import("@huggingface/jinja"))
  }

  /** What every rendering of the template knows; read only, so that no rendering sees another. */
  private globals(): Environment {
    const env = new this.jinja.Environment()
    const known: { readonly [name: string]: unknown } = {
      true: true,
      false: false,
      none: null,
      True: true,
      False: false,
      None: null,
      range: (from: number, to?: number, step = 1) => {
        const [start, end] = to === undefined ? [0, from] : [from, to]
        return Array.from({ length: Math.max(0, Math.ceil((end - start) / step)) }, (_, at) => start + at * step)
      },
      raise_exception: (message: unknown) => {
        throw new ModelError("SLUICE_CHAT_REFUSED", String(message))
      },
      ...this.source.tokens
    }
    for (const [name, value] of Object.entries(known)) env.set(name, value as never)
    return env
  }

  private environment(messages: readonly ChatMessage[], input: TemplateInput): Environment {
    const env = new this.jinja.Environment(this.known)
    const { date, tools, variables = {} } = input
    if (date !== undefined) env.set("strftime_now", ((format: string) => formatDay(date, format)) as never)
    if (tools !== undefined) env.set("tools", tools as never)
    for (const [name, value] of Object.entries(variables)) env.set(name, value as never)
    env.set("messages", messages as never)
    env.set("add_generation_prompt", (input.addGenerationPrompt === true) as never)
    return env
  }

  /**
   * The text of a conversation and what of it is generated. Throws `SLUICE_CHAT_REFUSED` where the template raises an
   * exception or meets what it cannot render, with its words.
   */
  render(messages: readonly ChatMessage[], input: TemplateInput = {}): RenderedText {
    let marked: string
    try {
      const value = new this.jinja.Interpreter(this.environment(messages, input)).run(this.program)
      marked = String((value as { readonly value: unknown }).value)
    } catch (error) {
      if (error instanceof ModelError) throw error
      throw new ModelError("SLUICE_CHAT_REFUSED", (error as Error).message)
    }
    const spans: [number, number][] = []
    let open = -1
    let dropped = 0
    for (const { 0: mark, index } of marked.matchAll(marks)) {
      const place = index - dropped++
      if (mark === OPEN) open = place
      else if (open >= 0) {
        spans.push([open, place])
        open = -1
      }
    }
    return { text: dropped === 0 ? marked : marked.replace(marks, ""), spans }
  }
}
