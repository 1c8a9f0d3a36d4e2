// Questions about options and settings: sections that list `Default:` and `Type:`, and items of the form "name: what it does".
import type { Block, Candidate, Material } from "./blocks.ts"
import { sentencesOf } from "./blocks.ts"
import { capitalised, isAnswer, leans, named, startsWithVerb, trimmed, wording } from "./phrasing.ts"

/** Default, type, deprecation and purpose of the option that the section is about. */
export const optionQuestions = ({ blocks, topic }: Material): Array<Candidate> => {
  const fields = blocks.filter(({ kind, text }) => kind === "item" && /^(?:default|type|deprecated)\b.*?: /i.test(text))
  if (topic === "" || /\s\w+\s/.test(topic) || fields.length === 0) return []
  const name = named(topic)
  const found = fields.flatMap(({ text }) => fieldQuestion(text, name, topic))
  const prose = blocks.find(({ kind, text }) => kind === "paragraph" && !/^(?:note|warning)\b/i.test(text))
  const purpose = prose === undefined ? undefined : sentencesOf(prose)[0]
  if (
    purpose !== undefined &&
    isAnswer(purpose) &&
    !/^(?:if|when|see|stability|this (?:is|option)|the value)\b/i.test(purpose)
  )
    found.push({
      kind: "purpose",
      question: wording(topic, [
        `What does the ${name} option do?`,
        `What is the ${name} option for?`,
        `What is the effect of ${name}?`,
        `Which behavior does the ${name} setting control?`
      ]),
      answer: purpose,
      quote: purpose
    })
  return found
}

const fieldQuestion = (text: string, name: string, topic: string): Array<Candidate> => {
  const match = /^(default|type|deprecated)\b.*?: (.+)$/i.exec(text)
  if (match === null || !isAnswer(trimmed(match[2]!))) return []
  const answer = trimmed(match[2]!).replace(/^\{([^}]+)\}$/, "$1")
  switch (match[1]!.toLowerCase()) {
    case "default":
      return [
        {
          kind: "default",
          question: wording(topic, [
            `What is the default value of ${name}?`,
            `What does ${name} default to?`,
            `Which value does ${name} have by default?`,
            `If ${name} is not set, what value is used?`
          ]),
          answer,
          quote: text
        }
      ]
    case "type":
      return [
        {
          kind: "type",
          question: wording(topic, [
            `What type of value does ${name} take?`,
            `Which values does the ${name} option accept?`,
            `What is the type of ${name}?`
          ]),
          answer,
          quote: text
        }
      ]
    default:
      return [{ kind: "deprecated", question: `Why should ${name} no longer be used?`, answer, quote: text }]
  }
}

const ITEM =
  /^(`[^`]+`(?:\s?(?:,|or|\/)\s?`[^`]+`)*|-{1,2}[\w][\w-]*(?:[ =]<?[\w-]+>?)?(?:, ?-{1,2}[\w-]+(?:[ =]<?[\w-]+>?)?)*|[\w$][\w.$-]*(?:\(\))?)(?: (`[^`]+`))?(?: \((?:optional|required)\))?\s?(?:[-–—:]| - )\s+(.+)$/i

/** "`--flag`: what it does" and "term - what it means", in lists and man pages. */
export const itemQuestions = ({ blocks, topic, title }: Material): Array<Candidate> =>
  blocks.flatMap((block) => (block.kind === "item" ? itemQuestion(block, topic, title) : []))

const itemQuestion = (block: Block, topic: string, title: string): Array<Candidate> => {
  const match = ITEM.exec(block.text)
  if (
    match === null ||
    /^(?:default|type|deprecated|note|warning|example|see|todo|fix|feat|chore|docs)$/i.test(match[1]!)
  )
    return []
  const rest = match[3]!.replace(/^(?:`[^`]+`|\{[^}]+\})\s+(?=[A-Z`])/, "")
  const answer = sentencesOf({ ...block, text: rest })[0]
  if (
    answer === undefined ||
    !isAnswer(answer) ||
    leans(answer) ||
    /\((?:he|she|they)\//.test(answer) ||
    answer.split(" ").length < 3
  )
    return []
  const name = match[1]!.startsWith("`") ? match[1]! : `\`${match[1]!}\``
  const place =
    topic !== "" && topic !== title && !/^(?:options?|parameters?|arguments?|flags|description)$/i.test(topic)
      ? ` in "${topic}"`
      : title === ""
        ? ""
        : ` in ${named(title)}`
  const question = /^returns$/i.test(match[1]!)
    ? `What does ${named(topic)} return?`
    : /^`-/.test(name)
      ? wording(match[1]!, [
          `What does the ${name} flag do?`,
          `What is ${name} used for?`,
          `What happens with the flag ${name}?`
        ])
      : startsWithVerb(answer)
        ? `What does ${name} do${place}?`
        : /^(?:a|an|the)\b/i.test(answer)
          ? `What is ${name}${place}?`
          : `What does ${name} mean${place}?`
  const quote = block.text.slice(0, block.text.indexOf(answer, match[1]!.length) + answer.length)
  return [{ kind: "item", question, answer: capitalised(answer), quote }]
}

/** Rows of a table whose first column names something: "What is the DEFAULT of NAME?" */
export const rowQuestions = ({ blocks }: Material): Array<Candidate> => {
  const rows = blocks.filter(({ kind }) => kind === "row").map(({ text }) => text)
  const head = rows[0] === undefined ? [] : cells(rows[0])
  if (rows.length < 3 || head.length < 2 || !/^[|\s:-]+$/.test(rows[1]!)) return []
  return rows.slice(2).flatMap((row) => {
    const values = cells(row)
    const name = values[0] ?? ""
    return head.slice(1).flatMap((label, i): Array<Candidate> => {
      const answer = values[i + 1] ?? ""
      if (
        name === "" ||
        label === "" ||
        !/^[A-Za-z]+(?: [A-Za-z]+){0,2}$/.test(label) ||
        name.split(" ").length > 5 ||
        !isAnswer(answer)
      )
        return []
      const described = /^(?:description|meaning|purpose|what it does|effect)$/i.test(label)
      const question = described
        ? wording(name, [`What does ${named(name)} do?`, `What is ${named(name)} for?`])
        : `What is the ${label.toLowerCase()} of ${named(name)}?`
      return [{ kind: described ? "item" : "row", question, answer, quote: row }]
    })
  })
}

const cells = (row: string): Array<string> =>
  row
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
