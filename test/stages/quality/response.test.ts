// quality.response: each check at work and where it must not be, each reason.
import { expect, test } from "vitest"
import { response } from "../../../stages/quality/response.ts"
import { decodedDefaults, type Filter } from "../declared.ts"

const filter = response.declaration as Filter
const defaults = decodedDefaults(filter.options)
const measured = (question: string, answer: string) => filter.measure({ question, answer }, {})
const verdict = (question: string, answer: string, options: object = {}) =>
  filter.decide(measured(question, answer), { ...defaults, ...options })

const dozen = "The north gate opens at dawn when the keeper has had his coffee. "

const cases: ReadonlyArray<readonly [question: string, answer: string, reason: string, options?: object]> = [
  ["When?", "At dawn.", ""],
  ["When?", " ", "empty"],
  ["When?", "At dawn.", "empty", { minWords: 3 }],
  ["When?", "I'm sorry, but I can't help with that.", "refusal"],
  ["When?", "As an AI language model, I have no gates.", "refusal"],
  ["When?", "**Unfortunately, I cannot say.**", "refusal"],
  ["When?", "I cannot say.", "", { allowRefusals: true }],
  ["When?", "The keeper said: I'm sorry, but I can't open it.", ""],
  [
    "The north gate opens at dawn, they say. When does it?",
    "The north gate opens at dawn, they say.",
    "copies-question"
  ],
  ["Is it spam or not spam?", "not spam", ""],
  ["Is it?", "is it", "copies-question"],
  [
    "The north gate opens at dawn.",
    "The north gate opens at dawn. So do the others in the west.",
    "",
    { maxCopied: 0.5 }
  ],
  ["How?", `${dozen}Then the boats that waited below the weir are let`, "truncated"],
  ["How?", "It opens because of the", "truncated"],
  ["How?", "```js\nopen()\n", "truncated"],
  ["How?", `${dozen}Then the boats go up to the`, "", { allowTruncated: true }],
  ["Who?", "Ann Smith, Bo Miller, Cy Baker and some more people whose names I have on my list here", ""],
  ["Write to Ann.", `${dozen}\n\nKind regards,`, ""],
  ["How?", `${dozen}\n- the boats that waited below the weir are let in one by one`, ""],
  [
    "Wann öffnet sich am Morgen das nördliche Tor der Schleuse?",
    "The north gate of the sluice opens at dawn.",
    "other-language"
  ],
  ["Übersetze ins Englische (translate): Das Tor öffnet sich.", "The north gate of the sluice opens at dawn.", ""],
  [
    "Wann öffnet sich das Tor der Schleuse?",
    "The north gate of the sluice opens at dawn.",
    "",
    { allowOtherLanguage: true }
  ],
  ["Return the answer as JSON.", '{"opens": "dawn"}', ""],
  ["Return the answer as JSON.", '```json\n{"opens": "dawn"}\n```', ""],
  ["Return the answer as JSON.", "It opens at dawn.", "format-missing"],
  ["Return the answer as JSON.", '{"opens": dawn}', "format-missing"],
  ["Write a Python function that opens a gate.", "def open(gate):\n    gate.up()", ""],
  ["Write a Python function that opens a gate.", "You ask the keeper to do it.", "format-missing"],
  ["Which function names are there?", "They are up and down.", ""],
  ["Put them in a table.", "| gate | open |\n|---|---|\n| north | dawn |", ""],
  ["Put them in a table.", "The north gate opens at dawn.", "format-missing"],
  ["Give me a list of the gates.", "- north\n- south", ""],
  ["Give me a list of the gates.", "north, south and west", ""],
  ["Give me a list of the gates.", "There is one.", "format-missing"],
  ["Give me a list of the gates.", "There is one.", "", { allowOtherFormat: true }],
  ["List three old gates.", "1. north\n2. south\n3. west", ""],
  ["List three old gates.", "1. north\n2. south", "items-missing"],
  ["List three old gates.", "1. north\n2. south", "", { maxItemsOff: 1 }],
  ["Write 3 sentences about gates.", "One. Two. Three.", ""],
  ["Explain it in at most ten words.", "One two three four five six seven eight nine ten.", ""],
  ["Explain it in at most ten words.", "One two three four five six seven eight nine ten eleven.", "too-long"],
  ["Explain it in under 5 words.", "One two three four five six.", "", { maxWordsOver: 1 }]
]

test.each(cases.map(([question, answer, reason, options]) => ({ question, answer, reason, options })))(
  "$question → $answer",
  ({ question, answer, reason, options }) => {
    expect(verdict(question, answer, options)).toBe(reason)
  }
)

test("every reason occurs", () => {
  const found = new Set(cases.map(([, , reason]) => reason).filter((reason) => reason !== ""))
  expect(found).toEqual(new Set(filter.reasons))
})

test("measures by hand", () => {
  expect(measured("List four gates in a list.", "- north gate\n- south gate")).toEqual({
    words: 6,
    refusal: 0,
    copied: 0,
    truncated: 0,
    otherLanguage: 0,
    asked: "",
    formatMissing: 0,
    itemsAsked: 4,
    itemsGiven: 2,
    wordsOver: 0
  })
  // Six of the answer's 5-grams, of which the question has two.
  expect(measured("a b c d e f", "a b c d e f g h i j")["copied"]).toBeCloseTo(2 / 6)
})
