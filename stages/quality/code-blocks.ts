// Fenced code of an answer, seen from outside: JSON parses, brackets close; and numbers that come from nowhere.

const FENCE = /^```[ \t]*([\w+-]*)[^\n]*\n([\s\S]*?)(?:^```|(?![\s\S]))/gm
const PROSE = new Set([
  "text",
  "txt",
  "markdown",
  "md",
  "console",
  "sh",
  "bash",
  "shell",
  "plaintext",
  "diff",
  "latex",
  "tex",
  "regex"
])
const PAIRS: { readonly [closer: string]: string } = { ")": "(", "]": "[", "}": "{" }

/** Whether brackets outside of strings and comments close in order. */
export const isBalanced = (code: string): boolean => {
  const bare = code
    .replace(/"""[\s\S]*?"""|'''[\s\S]*?'''/g, "")
    .replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, "")
    .replace(/\/\/[^\n]*|(?<![\w&$])#[^\n]*|\/\*[\s\S]*?\*\/|--[^\n]*/g, "")
  const stack: Array<string> = []
  for (const char of bare) {
    if (char === "(" || char === "[" || char === "{") stack.push(char)
    else if (PAIRS[char] !== undefined && stack.pop() !== PAIRS[char]) return false
  }
  return stack.length === 0
}

const isBroken = (language: string, code: string): boolean => {
  if (language === "json") {
    try {
      JSON.parse(code)
      return false
    } catch {
      return true
    }
  }
  return !PROSE.has(language) && !isBalanced(code)
}

/** How many fenced blocks there are, and how many of them are broken. */
export const brokenCode = (answer: string): { readonly blocks: number; readonly broken: number } => {
  let blocks = 0
  let broken = 0
  for (const [, language, code] of answer.matchAll(FENCE)) {
    blocks++
    if (isBroken(language!.toLowerCase(), code!)) broken++
  }
  return { blocks, broken }
}

const numbersIn = (text: string): ReadonlyArray<number> =>
  (text.match(/(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.])\d+(?:\.\d+)?/g) ?? []).map((one) =>
    Number(one.replaceAll(",", ""))
  )

const WORDS: ReadonlyArray<string> = "zero one two three four five six seven eight nine ten eleven twelve".split(" ")

/** The share of an answer's numbers that neither stand in the question nor behind an "=" of the answer; numbers of list items do not count. */
export const unsupportedNumbers = (question: string, answer: string): number => {
  const known = new Set(numbersIn(question))
  for (const word of question.toLowerCase().match(/[a-z]+/g) ?? []) {
    const value = WORDS.indexOf(word)
    if (value >= 0) known.add(value)
  }
  const body = answer.replace(/^\s*\(?\d{1,3}[.)]\s/gm, "")
  for (const [, right] of body.matchAll(/=\s*\$?([\d,]+(?:\.\d+)?)/g)) known.add(Number(right!.replaceAll(",", "")))
  const numbers = numbersIn(body)
  return numbers.length === 0 ? 0 : numbers.filter((one) => !known.has(one)).length / numbers.length
}
