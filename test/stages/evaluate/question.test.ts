// What a conversation asks, and which questions a limit keeps.
import { expect, test } from "vitest"
import { chooseQuestions, readQuestions } from "../../../stages/evaluate/question.ts"

const row = (id: string, ...turns: ReadonlyArray<readonly [role: string, content: string]>) => ({
  id,
  row: { messages: turns.map(([role, content]) => ({ role, content })) }
})

test("the last answer is the reference, the turns before it the prompt, the turns after it are left out", () => {
  const { questions } = readQuestions([
    row(
      "a",
      ["system", "Be brief."],
      ["user", "One?"],
      ["assistant", "1"],
      ["user", "Two?"],
      ["assistant", "2"],
      ["user", "Ok"]
    )
  ])
  expect(questions).toHaveLength(1)
  expect(questions[0]).toMatchObject({ id: "a", question: "Two?", reference: "2" })
  expect(questions[0]!.prompt.map(({ content }) => content)).toEqual(["Be brief.", "One?", "1", "Two?"])
  expect(questions[0]!.messages).toHaveLength(5)
})

test.each([
  ["no assistant turn", row("a", ["user", "Hello?"])],
  ["an answer of white space", row("a", ["user", "Hello?"], ["assistant", " \n"])],
  ["no turns at all", row("a")]
])("%s is no question", (_, given) => {
  expect(readQuestions([given])).toEqual({ questions: [], without: ["a"] })
})

test("the choice keeps dataset order and is stable when other rows go", () => {
  const rows = Array.from({ length: 40 }, (_, at) => row(`r${at}`, ["user", "?"], ["assistant", "!"]))
  const { questions } = readQuestions(rows)
  const { chosen, rest } = chooseQuestions(questions, 10, 0)
  expect(chosen).toHaveLength(10)
  expect(rest).toHaveLength(30)
  expect(chosen.map(({ id }) => questions.findIndex((question) => question.id === id))).toEqual(
    chosen.map(({ id }) => Number(id.slice(1))).toSorted((a, b) => a - b)
  )
  const without = questions.filter(({ id }) => id !== rest[0]!.id)
  expect(chooseQuestions(without, 10, 0).chosen).toEqual(chosen)
  expect(chooseQuestions(questions, 10, 1).chosen).not.toEqual(chosen)
})
