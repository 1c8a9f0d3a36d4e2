// Chat templates against what jinja2 renders in the settings of transformers, byte by byte; the record says how.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { type ChatMessage, ChatTemplate, chatFormats, ModelError } from "../../src/model/index.ts"

interface Rendering {
  readonly text?: string
  readonly spans?: readonly string[]
  readonly refused?: string
}

type Cases = Readonly<Record<string, readonly [Rendering, Rendering]>>

interface Record_ {
  readonly cases: Readonly<Record<string, readonly ChatMessage[]>>
  readonly formats: Readonly<Record<string, Cases>>
  readonly own: Readonly<Record<string, { readonly template: string; readonly cases: Cases }>>
}

const formatsFile = process.env["SLUICE_FORMATS"]
if (formatsFile !== undefined) writeFileSync(formatsFile, JSON.stringify(chatFormats))

const recorded: Record_ = JSON.parse(readFileSync(join(import.meta.dirname, "chats.json"), "utf8"))

const renderings = (template: ChatTemplate, date?: string) =>
  Object.fromEntries(
    Object.entries(recorded.cases).map(([name, messages]) => [
      name,
      [false, true].map((addGenerationPrompt): Rendering => {
        try {
          const { text, spans } = template.render(messages, { addGenerationPrompt, ...(date && { date }) })
          return { text, spans: spans.map(([from, to]) => text.slice(from, to)) }
        } catch (error) {
          return { refused: (error as ModelError).message }
        }
      })
    ])
  )

test.each(Object.keys(chatFormats))("the format %s is rendered as jinja2 renders it", async (name) => {
  const made = renderings(await ChatTemplate.open(chatFormats[name]!))
  expect(made).toEqual(recorded.formats[name])
})

test.each(Object.entries(recorded.own))("a template with %s is rendered as jinja2 renders it", async (_name, own) => {
  const template = await ChatTemplate.open({ template: own.template, tokens: { bos_token: "<s>" } })
  expect(renderings(template, "2024-07-26")).toEqual(own.cases)
})

test("without a day there is no clock", async () => {
  const template = await ChatTemplate.open({ template: recorded.own["date"]!.template })
  expect(template.render([]).text).toBe("none")
  const odd = await ChatTemplate.open({ template: "{{ strftime_now('%q') }}" })
  expect(() => odd.render([], { date: "2024-07-26" })).toThrow(expect.objectContaining({ code: "SLUICE_BAD_DATE" }))
  expect(() => odd.render([], { date: "today" })).toThrow(expect.objectContaining({ code: "SLUICE_BAD_DATE" }))
})

test("what is no template is refused with its reason", async () => {
  await expect(ChatTemplate.open({ template: "{% for x %}" })).rejects.toThrow(
    expect.objectContaining({ code: "SLUICE_BAD_CHAT_TEMPLATE" })
  )
  const raising = await ChatTemplate.open({ template: "{{ raise_exception('no tools') }}" })
  expect(() => raising.render([])).toThrow(new ModelError("SLUICE_CHAT_REFUSED", "no tools"))
})
