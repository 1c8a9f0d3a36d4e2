// Proves loss masks: decodes what is supervised in each row and compares it with the conversation it came from.
import type { ChatMessage } from "./chat.ts"
import type { Chat, ChatLayout } from "./chat-renderer.ts"
import { ModelError } from "./model-error.ts"

/** A tokenised conversation together with its source. */
export interface MaskedRow {
  readonly rowId: string
  readonly messages: readonly ChatMessage[]
  readonly ids: Int32Array
  readonly mask: Uint8Array
}

/** Why a row fails, as stable words. */
export const maskReasons = [
  "template-refuses",
  "template-not-prefix-preserving",
  "nothing-supervised",
  "end-of-turn-not-supervised",
  "prompt-ids-differ",
  "supervised-text-differs",
  "special-token-in-content",
  "double-beginning"
] as const

export type MaskReason = (typeof maskReasons)[number]

/** A failed check. */
export interface MaskViolation {
  readonly row: string
  readonly reason: MaskReason
  /** The evidence, such as the text found. */
  readonly detail: string
}

type Supervised = "completion" | "assistant"

/** Runs of supervised tokens as [start, end). */
export const supervisedSpans = (mask: Uint8Array): [number, number][] => {
  const spans: [number, number][] = []
  let start = mask.indexOf(1)
  while (start >= 0) {
    const zero = mask.indexOf(0, start)
    const end = zero < 0 ? mask.length : zero
    spans.push([start, end])
    start = mask.indexOf(1, end)
  }
  return spans
}

/** A mask reason for what a template does to a conversation, or undefined where it renders it. */
export const refusalOf = (error: unknown): MaskReason | undefined => {
  if (!(error instanceof ModelError)) return undefined
  if (error.code === "SLUICE_CHAT_REFUSED") return "template-refuses"
  return error.code === "SLUICE_TEMPLATE_NOT_PREFIX_PRESERVING" ? "template-not-prefix-preserving" : undefined
}

const quoted = (text: string): string => JSON.stringify(text.length > 80 ? text.slice(0, 80) : text)

/** Checks rows of one chat. */
export class MaskProof {
  private readonly chat: Chat
  private readonly supervise: Supervised

  constructor(chat: Chat, supervise: Supervised) {
    this.chat = chat
    this.supervise = supervise
  }

  /** Checks the template's part in a row: that its prompt begins the whole, and that its answer is the content. */
  private checkLayout(
    messages: readonly ChatMessage[],
    turn: number,
    layout: ChatLayout,
    span: number,
    asked: string
  ): string | undefined {
    const { chat } = this
    const [from, to] = layout.spans[span]!
    if (layout.text.slice(0, from) !== asked) {
      return `the prompt ends ${quoted(asked.slice(-40))}, the whole has ${quoted(layout.text.slice(Math.max(0, from - 40), from))} before the answer`
    }
    const said = chat.plain(layout.text.slice(from, to))
    return said.includes(messages[turn]!.content.trim()) ? undefined : `turn ${turn} is written as ${quoted(said)}`
  }

  /** Ids before the answer of a turn: the prompt, in which earlier answers are cut as the masking convention cuts them. */
  private promptIds(messages: readonly ChatMessage[], turn: number, asked: string): Int32Array {
    if (this.supervise === "completion") return this.chat.encode({ text: asked, spans: [] }).ids
    return this.chat.render(messages.slice(0, turn), { addGenerationPrompt: true, supervise: this.supervise }).ids
  }

  private checkSpan(
    row: MaskedRow,
    layout: ChatLayout,
    turn: number,
    place: number,
    run: readonly [number, number],
    known: boolean
  ) {
    const { chat } = this
    const { ids, messages } = row
    const [from, to] = run
    const found: [MaskReason, string][] = []
    const closed = chat.tokenizer.isSpecial(ids[to - 1]!)
    const text = chat.tokenizer.decode(ids.subarray(from, to))
    if (!closed) found.push(["end-of-turn-not-supervised", `the supervised part ends with ${quoted(text.slice(-40))}`])
    const asked = layout.prompts?.[place] ?? chat.layOut(messages.slice(0, turn), { addGenerationPrompt: true }).text
    const fault = this.checkLayout(messages, turn, layout, place, asked)
    if (fault !== undefined) found.push(["template-not-prefix-preserving", fault])
    // Ids of a known layout up to its first span were made of that very text.
    const prompt = known && place === 0 ? ids.subarray(0, from) : this.promptIds(messages, turn, asked)
    if (prompt.length !== from || prompt.some((id, at) => ids[at] !== id)) {
      found.push(["prompt-ids-differ", `${from} tokens before the answer, ${prompt.length} in the prompt alone`])
    }
    const [start, end] = layout.spans[place]!
    const answer = layout.text.slice(start, end)
    if (!closed || text === chat.plain(answer)) return found
    // Where a tokenizer changes text, what it makes of the answer alone is compared.
    const wanted = chat.tokenizer.decode(chat.encodeStretch(answer, ids[from - 1]))
    if (text !== wanted) {
      found.push(["supervised-text-differs", `${quoted(text)} is not ${quoted(wanted)}, the answer of turn ${turn}`])
    }
    return found
  }

  /** `known` is the layout that the row's ids were made of, where they were. */
  check(row: MaskedRow, known?: ChatLayout): MaskViolation[] {
    const { ids, mask, messages } = row
    const violations: MaskViolation[] = []
    const fail = (reason: MaskReason, detail: string): void => {
      violations.push({ row: row.rowId, reason, detail })
    }
    const specials = this.chat.countSpecials(ids)
    const expected = this.chat.specialsOf(messages)
    if (specials > expected) {
      fail("special-token-in-content", `${specials} special tokens where the template writes ${expected}`)
    }
    if (
      this.chat.tokenizer.before.length > 0 &&
      ids.length > 1 &&
      ids[0] === ids[1] &&
      this.chat.tokenizer.before[0] === ids[0]
    ) {
      fail("double-beginning", `${JSON.stringify(this.chat.tokenizer.tokenOf(ids[0]!))} stands twice at the beginning`)
    }
    const runs = supervisedSpans(mask)
    if (runs.length === 0) fail("nothing-supervised", `${ids.length} tokens, none supervised`)
    const layout = known ?? this.chat.layOut(messages, { supervise: this.supervise })
    const turns = messages.flatMap(({ role }, place) => (role === "assistant" ? [place] : []))
    runs.forEach((run, at) => {
      const back = runs.length - at
      const [turn, place] = [turns.at(-back), layout.spans.length - back]
      if (turn === undefined || place < 0) {
        const text = this.chat.tokenizer.decode(ids.subarray(...run))
        fail("supervised-text-differs", `no assistant turn says ${quoted(text)}`)
        return
      }
      for (const [reason, detail] of this.checkSpan(row, layout, turn, place, run, known !== undefined))
        fail(reason, detail)
    })
    return violations
  }
}

/**
 * Checks every row: at least one token is supervised; each supervised run ends with a special token and decodes to the
 * answer as the template writes it, which has its turn's content; the ids before it equal those of the prompt tokenised
 * alone, and its text is the beginning of the whole; no special token is there beyond the template's own, and none twice
 * at the beginning. `supervise` names the convention the rows were rendered with. Returns all violations; an empty list
 * is the proof.
 *
 * @example
 * import { Chat, proveMasks, trainTokenizer } from "#sluice/model"
 * const chat = await Chat.open(trainTokenizer({ texts: [], vocabSize: 259 }))
 * const messages = [{ role: "user", content: "When?" }, { role: "assistant", content: "At dawn." }]
 * const row = { rowId: "a1", messages, ...chat.render(messages) }
 * proveMasks(chat, [row]) // → []
 * proveMasks(chat, [{ ...row, mask: row.mask.map(() => 0) }])
 * // → [{ row: "a1", reason: "nothing-supervised", … }]
 */
export const proveMasks = (
  chat: Chat,
  rows: Iterable<MaskedRow>,
  options: { readonly supervise?: Supervised } = {}
): MaskViolation[] => {
  const proof = new MaskProof(chat, options.supervise ?? "completion")
  const violations: MaskViolation[] = []
  for (const row of rows) {
    try {
      violations.push(...proof.check(row))
    } catch (error) {
      const reason = refusalOf(error)
      if (reason === undefined) throw error
      violations.push({ row: row.rowId, reason, detail: (error as Error).message })
    }
  }
  return violations
}
