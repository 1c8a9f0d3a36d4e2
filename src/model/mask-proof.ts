// Proves loss masks: decodes what is supervised in each row and compares it with the conversation it came from.
import { type ChatMessage, chatMarks, renderChat } from "./chat.ts"
import type { Tokenizer } from "./tokenizer/tokenizer.ts"

/** A tokenised conversation together with its source. */
export interface MaskedRow {
  readonly rowId: string
  readonly messages: readonly ChatMessage[]
  readonly ids: Int32Array
  readonly mask: Uint8Array
}

/** Why a row fails, as stable words. */
export type MaskReason =
  | "nothing-supervised"
  | "end-of-turn-not-supervised"
  | "prompt-ids-differ"
  | "supervised-text-differs"
  | "special-token-in-content"

/** A failed check. */
export interface MaskViolation {
  readonly row: string
  readonly reason: MaskReason
  /** The evidence, such as the text found. */
  readonly detail: string
}

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

const countSpecials = (tokenizer: Tokenizer, ids: Int32Array): number => {
  let count = 0
  for (const id of ids) if (tokenizer.isSpecial(id)) count++
  return count
}

/** The assistant turns that `spans` should cover: as many as there are spans, counted from the end. */
const answeredTurns = (messages: readonly ChatMessage[], spans: number): number[] => {
  const turns = messages.flatMap(({ role }, place) => (role === "assistant" ? [place] : []))
  return turns.slice(Math.max(0, turns.length - spans))
}

const startsWith = (ids: Int32Array, prefix: Int32Array, end: number): boolean =>
  prefix.length === end && prefix.every((id, place) => ids[place] === id)

/** Ids of the prompt alone, with the header of the answer; earlier answers are cut as the masking convention cuts them. */
const promptIds = (
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  supervise: "completion" | "assistant"
): Int32Array => {
  if (supervise === "completion") return renderChat(tokenizer, messages, { addGenerationPrompt: true }).ids
  const history = renderChat(tokenizer, messages, { supervise }).ids
  const header = renderChat(tokenizer, [], { addGenerationPrompt: true }).ids
  return Int32Array.from([...history, ...header])
}

const checkRow = (tokenizer: Tokenizer, row: MaskedRow, supervise: "completion" | "assistant"): MaskViolation[] => {
  const { rowId, messages, ids, mask } = row
  const { end } = chatMarks(tokenizer)
  const violations: MaskViolation[] = []
  const fail = (reason: MaskReason, detail: string): void => {
    violations.push({ row: rowId, reason, detail })
  }
  const specials = countSpecials(tokenizer, ids)
  if (specials > 2 * messages.length) {
    fail("special-token-in-content", `${specials} special tokens where the template writes ${2 * messages.length}`)
  }
  const spans = supervisedSpans(mask)
  if (spans.length === 0) fail("nothing-supervised", `${ids.length} tokens, none supervised`)
  const turns = answeredTurns(messages, spans.length)
  spans.forEach(([from, to], place) => {
    const closed = ids[to - 1] === end
    const text = tokenizer.decode(ids.subarray(from, closed ? to - 1 : to))
    if (!closed) fail("end-of-turn-not-supervised", `the supervised part ends with ${JSON.stringify(text.slice(-40))}`)
    const turn = turns[place]
    if (turn === undefined) {
      fail("supervised-text-differs", `no assistant turn says ${JSON.stringify(text.slice(0, 80))}`)
      return
    }
    const before = messages.slice(0, turn)
    const prompt = promptIds(tokenizer, before, supervise)
    if (!startsWith(ids, prompt, from)) {
      fail("prompt-ids-differ", `${from} tokens before the answer, ${prompt.length} in the prompt alone`)
    }
    if (closed && text !== messages[turn]!.content.toWellFormed()) {
      fail("supervised-text-differs", `${JSON.stringify(text.slice(0, 80))} is not the content of turn ${turn}`)
    }
  })
  return violations
}

/**
 * Checks every row: at least one token is supervised; each supervised run ends with `<|im_end|>` and decodes to the
 * content of its assistant turn; the ids before it equal those of the prompt tokenised alone; and no special token is
 * there beyond the template's own. `supervise` names the convention the rows were rendered with. Returns all violations;
 * an empty list is the proof.
 *
 * @example
 * import { proveMasks, renderChat, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const messages = [{ role: "user", content: "When?" }, { role: "assistant", content: "At dawn." }]
 * const row = { rowId: "a1", messages, ...renderChat(tokenizer, messages) }
 * proveMasks(tokenizer, [row]) // → []
 * proveMasks(tokenizer, [{ ...row, mask: row.mask.map(() => 0) }])
 * // → [{ row: "a1", reason: "nothing-supervised", … }]
 */
export const proveMasks = (
  tokenizer: Tokenizer,
  rows: Iterable<MaskedRow>,
  options: { readonly supervise?: "completion" | "assistant" } = {}
): MaskViolation[] => {
  const violations: MaskViolation[] = []
  for (const row of rows) violations.push(...checkRow(tokenizer, row, options.supervise ?? "completion"))
  return violations
}
