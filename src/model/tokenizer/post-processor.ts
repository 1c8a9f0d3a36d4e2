// The post-processors of tokenizer.json files: the special tokens around a text, or around a pair of texts.
import { badTokenizer, type Part, partsOf, unsupported } from "./definition.ts"

/** A sequence as a template holds it: ids, or the place of the first or second text. */
export type TemplatePiece = readonly number[] | "A" | "B"

/** What stands around one text and around a pair. */
export interface SequenceTemplate {
  readonly single: readonly TemplatePiece[]
  readonly pair: readonly TemplatePiece[]
}

const bare: SequenceTemplate = { single: ["A"], pair: ["A", "B"] }

type TemplateEntry = {
  readonly SpecialToken?: { readonly id: string }
  readonly Sequence?: { readonly id: "A" | "B" }
}

const readTemplate = (part: Part, list: "single" | "pair"): TemplatePiece[] => {
  const known = (part["special_tokens"] ?? {}) as Record<string, { readonly ids: readonly number[] }>
  return ((part[list] ?? []) as readonly TemplateEntry[]).map((entry) => {
    if (entry.Sequence !== undefined) return entry.Sequence.id
    const name = entry.SpecialToken?.id ?? ""
    const ids = known[name]?.ids
    if (ids === undefined)
      throw badTokenizer(`The template names the special token "${name}", which it does not define.`)
    return ids
  })
}

const idOf = (part: Part, name: "cls" | "sep"): readonly number[] => {
  const entry = part[name] as readonly [string, number] | undefined
  if (typeof entry?.[1] !== "number") throw badTokenizer(`${part.type} has no ${name} token.`)
  return [entry[1]]
}

const readOne = (part: Part): SequenceTemplate => {
  if (part.type === "TemplateProcessing")
    return { single: readTemplate(part, "single"), pair: readTemplate(part, "pair") }
  if (part.type === "ByteLevel") return bare
  if (part.type !== "BertProcessing" && part.type !== "RobertaProcessing") {
    throw unsupported(`The post-processor ${part.type}`)
  }
  const [cls, sep] = [idOf(part, "cls"), idOf(part, "sep")]
  const between = part.type === "RobertaProcessing" ? [sep, sep] : [sep]
  return { single: [cls, "A", sep], pair: [cls, "A", ...between, "B", sep] }
}

/** The template of a file's post-processor; of several in a sequence each stands around what the one before made. */
export const readPostProcessor = (part: Part | null | undefined): SequenceTemplate =>
  partsOf(part, "processors").reduce((inner: SequenceTemplate, one) => {
    const outer = readOne(one)
    const second = inner.single.map((piece) => (piece === "A" ? "B" : piece))
    const around = (piece: TemplatePiece) => (piece === "A" ? inner.single : piece === "B" ? second : [piece])
    return { single: outer.single.flatMap(around), pair: outer.pair.flatMap(around) }
  }, bare)
