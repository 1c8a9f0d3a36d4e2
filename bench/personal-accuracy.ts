// How much of the personal data in Presidio's generated sentences is found, by kind, and how much that is none.
import { findPersonal, PERSONAL_KINDS, type PersonalKind } from "../stages/quality/personal.ts"
import { memberText } from "./given-archive.ts"

interface Sentence {
  readonly full_text: string
  readonly spans: ReadonlyArray<{
    readonly entity_type: string
    readonly start_position: number
    readonly end_position: number
  }>
}

export interface Accuracy {
  readonly kind: PersonalKind
  /** Those there are, and of those how many were found, at least in part. */
  readonly there: number
  readonly found: number
  /** Findings where there is none of the kind. */
  readonly wrong: number
  readonly precision: number
  readonly recall: number
}

const LABELS: { readonly [K in PersonalKind]: string } = {
  email: "EMAIL_ADDRESS",
  phone: "PHONE_NUMBER",
  ip: "IP_ADDRESS",
  iban: "IBAN_CODE",
  card: "CREDIT_CARD",
  name: "PERSON"
}

/** By kind, over the 2,109 sentences of pii.tar.zst. */
export const personalAccuracy = (): ReadonlyArray<Accuracy> => {
  const sentences = JSON.parse(memberText("pii.tar.zst", "pii/generated_large.json")) as ReadonlyArray<Sentence>
  const findings = sentences.map(({ full_text }) => findPersonal(full_text, PERSONAL_KINDS))
  return PERSONAL_KINDS.map((kind) => {
    let [there, found, right, wrong] = [0, 0, 0, 0]
    sentences.forEach(({ spans }, at) => {
      const ours = findings[at]!.filter((finding) => finding.kind === kind)
      const theirs = spans.filter((span) => span.entity_type === LABELS[kind])
      const meet = (a: (typeof ours)[number], b: (typeof theirs)[number]) =>
        a.from < b.end_position && a.to > b.start_position
      there += theirs.length
      found += theirs.filter((b) => ours.some((a) => meet(a, b))).length
      const matching = ours.filter((a) => theirs.some((b) => meet(a, b))).length
      right += matching
      wrong += ours.length - matching
    })
    return { kind, there, found, wrong, precision: right / (right + wrong), recall: found / there }
  })
}
