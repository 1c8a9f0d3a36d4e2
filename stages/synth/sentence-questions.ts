// Questions made from the shape of a sentence: definitions, conditions, purposes, and what something does.
import type { Candidate, Material } from "./blocks.ts"
import { sentencesOf } from "./blocks.ts"
import { capitalised, isAnswer, isSubject, leans, lowered, named, trimmed, wording } from "./phrasing.ts"

const THIRD =
  /^(.{2,60}?) (?:will also |also |always |only |then )?(returns|requires|accepts|supports|contains|includes|prints|creates|removes|installs|ignores|expects|takes|provides|represents|controls|determines|specifies|defines|shows|lists|displays|prevents|disables|enables|emits|throws|stores|reads|writes|matches|means|generates|describes|performs|allows|affects|indicates|consists|produces|replaces|checks) (.+)$/
/** "matches" → "match", "specifies" → "specify", "returns" → "return". */
const baseForm = (verb: string): string =>
  verb.endsWith("ches") ? verb.slice(0, -2) : verb.endsWith("ies") ? `${verb.slice(0, -3)}y` : verb.slice(0, -1)
const IMPERATIVE =
  /^(?:use|run|set|add|create|make|call|pass|install|try|do|tell|print|simply|specify|provide|include|check|put|enable|disable|remove|open|edit|configure|consider|type|choose|write|define|change|execute|start|ensure|see|prefer|avoid|update|refer)\b/i

/** All questions that the sentences of paragraphs and list items give, in text order. */
export const sentenceQuestions = (material: Material): Array<Candidate> =>
  material.blocks.flatMap((block) =>
    block.kind === "paragraph" || block.kind === "item"
      ? sentencesOf(block).flatMap((sentence) => fromSentence(sentence, material))
      : []
  )

const fromSentence = (sentence: string, material: Material): Array<Candidate> => {
  if (sentence.length > 400 || /^(?:note|warning|caution|important|tip)\b|\?$|^["(]/i.test(sentence)) return []
  return [
    condition(sentence, material),
    purpose(sentence),
    definition(sentence, material),
    action(sentence, material)
  ].filter((candidate): candidate is Candidate => candidate !== undefined && isAnswer(candidate.answer))
}

/** "If X, Y." asks what happens, or what to do, if X. */
const condition = (sentence: string, { topic }: Material): Candidate | undefined => {
  const match = /^(If|When) ((?:[^,`]|`[^`]*`)+), (?:then )?(.+)$/.exec(sentence)
  if (match === null) return undefined
  const [, word, given, answer] = match as unknown as [string, string, string, string]
  const bare =
    /^(?:set|enabled|disabled|given|provided|specified|true|false|omitted|not set|unset|passed|present)\b/i.test(given)
  if (
    bare
      ? !/^[a-z`-]\S*$/.test(topic)
      : /^(?:\w+(?:ed|ing)|run|put|not|using|via|in|on|at|by|only|necessary|possible|so|any|none)\b/i.test(given)
  )
    return undefined
  if (/;|\bthen\b/.test(given) || /^(?:but|and|or|which|nor|even)\b|^[^,]{1,30}, (?:or|and) /i.test(answer))
    return undefined
  const clause = bare ? `${named(topic)} is ${given}` : given
  if (leans(given) || /\bdo so\b/.test(answer) || answer.split(" ").length < 3 || clause.split(" ").length < 3)
    return undefined
  const link = word === "If" ? "if" : "when"
  const question =
    IMPERATIVE.test(answer) || /^(?:please|you (?:must|should|need|have to|can|may|will need))\b/i.test(answer)
      ? `What should you do ${link} ${clause}?`
      : `What happens ${link} ${clause}?`
  return { kind: "condition", question, answer: capitalised(answer), quote: sentence }
}

/** "To X, do Y." and "You can use Y to X." ask how to X. */
const purpose = (sentence: string): Candidate | undefined => {
  const before = /^(?:In order to|To) ([a-z][^,:]{8,100}), (.+)$/.exec(sentence)
  if (
    before !== null &&
    IMPERATIVE.test(before[2]!.replace(/^(?:you can|you must|you may|you need to|simply|just|please) /i, ""))
  )
    return asks(before[1]!, before[2]!, sentence)
  const behind = /^(?:You can |You may )?(use|run|call|pass|set|try) (.{2,60}?) to ([a-z].{8,100})$/i.exec(sentence)
  return behind === null || leans(behind[2]!)
    ? undefined
    : asks(trimmed(behind[3]!), `${behind[1]} ${behind[2]!.replace(/ in order$/, "")}`, sentence)
}

const asks = (aim: string, answer: string, quote: string): Candidate | undefined =>
  leans(aim) || /\b(?:it|this|them|these)\b/.test(aim) || /^(?:be|do)\b|^\w+ you\b/.test(aim)
    ? undefined
    : {
        kind: "purpose",
        question: wording(aim, [`How do you ${aim}?`, `How can you ${aim}?`]),
        answer: capitalised(answer),
        quote
      }

/** "X is a Y." asks what X is. */
const definition = (sentence: string, { topic, title }: Material): Candidate | undefined => {
  const match = /^(.{2,60}?) (is|are) ((?:an?|the|one of|used|any|simply)\b.+)$/i.exec(sentence)
  if (match === null) return undefined
  const [, phrase, verb, answer] = match as unknown as [string, string, string, string]
  const subject = subjectOf(phrase, topic, title)
  if (subject === undefined || /^the \w+$/i.test(subject) || answer.split(" ").length < 4 || leans(answer.slice(2)))
    return undefined
  const question = /^used\b/i.test(answer) ? `What ${verb} ${subject} used for?` : `What ${verb} ${subject}?`
  return { kind: "definition", question, answer: capitalised(trimmed(answer)), quote: sentence }
}

/** "X returns Y." asks what X returns. */
const action = (sentence: string, { topic, title }: Material): Candidate | undefined => {
  const match = THIRD.exec(sentence)
  if (match === null) return undefined
  const [, phrase, verb, object] = match as unknown as [string, string, string, string]
  const subject = subjectOf(phrase, topic, title)
  if (
    subject === undefined ||
    object.split(" ").length < 2 ||
    leans(object) ||
    /^(?:to|in|on|as|when|if)\b/.test(object)
  )
    return undefined
  const rest = verb === "consists" ? " of" : ""
  if (verb === "consists" && !object.startsWith("of ")) return undefined
  const lets = verb === "allows" && /^you to /.test(object)
  const question = lets ? `What does ${subject} allow you to do?` : `What does ${subject} ${baseForm(verb)}${rest}?`
  return {
    kind: "action",
    question,
    answer: capitalised(trimmed(object.slice(lets ? 7 : rest === "" ? 0 : 3))),
    quote: sentence
  }
}

/** The phrase a question may ask about; "this command" and the like are the thing the page or section is named after. */
const subjectOf = (phrase: string, topic: string, title: string): string | undefined => {
  const self =
    /^(?:this|the) (command|option|package|module|tool|library|program|setting|flag|method|function|class|plugin|page)$/i.exec(
      phrase
    )
  if (self !== null) {
    const owner = /^(?:option|setting|flag|method|function|class)$/i.test(self[1]!) ? topic : title
    return owner === "" ||
      owner.split(" ").length > 4 ||
      /^(?:usage|api|overview|options|description|examples?|install\w*)$/i.test(owner)
      ? undefined
      : named(owner)
  }
  return isSubject(phrase) ? lowered(phrase) : undefined
}
