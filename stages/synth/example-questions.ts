// Questions that an example answers: a command under the sentence that announces it, a synopsis, a page's one-line summary.
import type { Candidate, Material } from "./blocks.ts"
import { sentencesOf } from "./blocks.ts"
import { capitalised, isAnswer, leans, lowered, named, trimmed, wording } from "./phrasing.ts"

const DOING =
  /^(?:run|configure|install|create|set|use|add|remove|list|show|enable|disable|check|update|publish|print|generate|start|build|open|view|get|log|verify|revoke|search|download|view|make|import|define|pass|call|change|delete|find|initialize|register|export|convert|parse|test|clone|deploy|write|read|send|specify|override|ensure)\b/i

/** What a code block shows, asked with the words of the sentence above it. */
export const exampleQuestions = ({ blocks, topic, title }: Material): Array<Candidate> =>
  blocks.flatMap((block, i): Array<Candidate> => {
    const code = block.kind === "code" ? block.text.trim() : ""
    if (code === "" || !isAnswer(code) || code.split("\n").length > 6) return []
    if (/^(?:synopsis|usage)$/i.test(topic) && isCommand(title) && !/\binstall\b/.test(code))
      return synopsis(code, title)
    const above = blocks[i - 1]
    const announced = above === undefined || above.kind === "code" ? undefined : sentencesOf(above).at(-1)
    const aim = announced === undefined ? "" : aimOf(trimmed(announced))
    if (aim === "" || leans(aim) || aim.split(" ").length < 3) return []
    return [
      {
        kind: "example",
        question: wording(aim, [`How do you ${aim}?`, `Show how to ${aim}.`]),
        answer: code,
        quote: code
      }
    ]
  })

const aimOf = (sentence: string): string => {
  const purpose = /^(?:In order to|To) ([a-z][^,]{6,100})(?:,.*)?$/.exec(sentence)
  if (purpose !== null) return purpose[1]!
  return DOING.test(sentence) && sentence.length < 120 ? lowered(sentence) : ""
}

const synopsis = (code: string, title: string): Array<Candidate> => {
  const found: Array<Candidate> = []
  const aliases = /^alias(?:es)?: (.+)$/m.exec(code)
  const usage = code.split("\n").filter((line) => line.trim() !== "" && !/^alias/.test(line))
  if (aliases !== null)
    found.push({
      kind: "aliases",
      question: `Which aliases does ${named(title)} have?`,
      answer: aliases[1]!,
      quote: aliases[0]
    })
  const quote = code.slice(0, aliases === null ? code.length : aliases.index).trim()
  if (usage.length > 0 && usage.length < 5)
    found.push({ kind: "usage", question: `How is ${named(title)} called on the command line?`, answer: quote, quote })
  return found
}

/** Whether a page is named after a command, function or package. */
const isCommand = (title: string): boolean => /^[a-z@][\w@/.-]*(?:\(\d?\))?$/.test(title)

/** The line below a page's title, or the NAME section of a man page, says what the page is about. */
export const summaryQuestions = ({ blocks, path, title, topic }: Material): Array<Candidate> => {
  const first = blocks[0]
  if (first === undefined || first.kind !== "paragraph" || title === "" || title.split(" ").length > 4) return []
  const name = /^name$/i.test(topic)
    ? /^\S+(?:, \S+)* [-–—] /.exec(first.text)?.[0]
    : path.length === 1
      ? ""
      : undefined
  if (name === undefined) return []
  const summary = sentencesOf({ ...first, text: first.text.slice(name.length) })[0] ?? ""
  if (
    !isAnswer(summary) ||
    leans(summary) ||
    summary.split(" ").length < 3 ||
    /^!?\[|https?:|^(?:see|click|stability|note)\b/i.test(summary)
  )
    return []
  const question = /^(?:an?|the)\b/i.test(summary)
    ? `What is ${named(title)}?`
    : isCommand(title)
      ? `What does ${named(title)} do?`
      : `What is the page "${title}" about?`
  if (summary.toLowerCase().endsWith(title.toLowerCase())) return []
  return [{ kind: "summary", question, answer: capitalised(trimmed(summary)), quote: summary }]
}

/** A heading that is a question, answered by the first sentence below it; "How to X" likewise. */
export const headingQuestions = ({ blocks, topic }: Material): Array<Candidate> => {
  const first = blocks.find(({ kind }) => kind === "paragraph")
  const sentence = first === undefined ? undefined : sentencesOf(first)[0]
  if (sentence === undefined || !isAnswer(sentence) || /^(?:see|note)\b/i.test(sentence)) return []
  const how = /^how to (.+)$/i.exec(topic)
  const question =
    how !== null
      ? `How do you ${lowered(how[1]!)}?`
      : /^(?:what|why|how|when|where|which|who|can|do|does|is|are|should)\b.*\?$/i.test(topic)
        ? topic
        : ""
  return question === "" || /^(?:this|these|that|he|she)\b/i.test(sentence)
    ? []
    : [{ kind: "heading", question, answer: sentence, quote: sentence }]
}
