// The token table: megabytes of content a second and core, for conversations with their proof and for plain text, and how full packed rows are.
import {
  type ChatMessage,
  Chat,
  packingEfficiency,
  packSequences,
  type Tokenizer,
  tokenizeMessages,
  tokenizeText,
  trainTokenizer
} from "../src/model/index.ts"
import { type Figures, median } from "./figure.ts"
import { isGiven, memberText } from "./given-archive.ts"

const settings = { maxTokens: 4096, truncate: "drop" } as const

/** Merges of the tokenizer, as many as those of a published one, trained on the content itself. */
const vocabSize = 16_384

/** Rounds that are timed, each of so many milliseconds, after one that fills caches and has code compiled. */
const rounds = 5
const roundMs = 500

const conversation = (question: string, answer: string): ReadonlyArray<ChatMessage> => [
  { role: "user", content: question },
  { role: "assistant", content: answer }
]

const lines = (archive: string, member: string): ReadonlyArray<Record<string, never>> =>
  memberText(archive, member)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))

interface Task {
  readonly instruction: string
  readonly instances: readonly [{ readonly input: string; readonly output: string }]
}

const given = {
  gsm8k: () =>
    lines("gsm8k.tar.zst", "eval/gsm8k/train.jsonl").map(({ question, answer }) => conversation(question!, answer!)),
  "self-instruct": () =>
    ["self_instruct_seed_tasks", "self_instruct_user_oriented_252"]
      .flatMap((name) => lines("self-instruct.tar.zst", `instruction/${name}.jsonl`) as never as ReadonlyArray<Task>)
      .map(({ instruction, instances: [{ input, output }] }) =>
        conversation(input === "" ? instruction : `${instruction}\n\n${input}`, output)
      )
}

const bytesOf = (chats: ReadonlyArray<ReadonlyArray<ChatMessage>>): number =>
  chats.reduce((sum, chat) => sum + chat.reduce((size, { content }) => size + Buffer.byteLength(content), 0), 0)

/** Megabytes a second of processor time. */
const speed = (bytes: number, work: () => void): number => {
  const round = (): number => {
    const from = process.cpuUsage()
    let done = 0
    for (const end = performance.now() + roundMs; done === 0 || performance.now() < end; done++) work()
    const { user, system } = process.cpuUsage(from)
    return (done * bytes) / (user + system)
  }
  round()
  return median(Array.from({ length: rounds }, round))
}

const measured = async (
  figures: Figures,
  name: string,
  chats: ReadonlyArray<ReadonlyArray<ChatMessage>>,
  tokenizer: Tokenizer
): Promise<void> => {
  const chat = await Chat.open(tokenizer)
  const bytes = bytesOf(chats)
  const tables = speed(bytes, () => {
    for (const messages of chats) tokenizeMessages(chat, messages, settings)
  })
  figures.note(`token table of ${name}: conversations, masks proven`, tables, "MB/s", "≥ 10 MB/s a core")
  const texts = chats.map((messages) => messages.map(({ content }) => content).join("\n"))
  const plain = speed(bytes, () => {
    for (const text of texts) tokenizeText(tokenizer, text, settings)
  })
  figures.note(`token table of ${name}: plain text`, plain, "MB/s", "≥ 10 MB/s a core")
  const lengths = chats.map((messages) => tokenizeMessages(chat, messages, settings).ids.length)
  for (const length of [512, 1024, 2048]) {
    const rows = packSequences(
      lengths.filter((tokens) => tokens <= length),
      length
    )
    figures.note(`packing ${name} into rows of ${length}`, 100 * packingEfficiency(rows, length), "%", "≥ 97 %")
  }
}

/** Notes the figures where the conversations are there. */
export const measureTokenTable = async (figures: Figures): Promise<void> => {
  for (const [name, read] of Object.entries(given)) {
    if (!isGiven(`${name}.tar.zst`)) {
      console.log(`token table: no ${name}.tar.zst here (SLUICE_DATA=FOLDER): not measured`)
      continue
    }
    const chats = read()
    const texts = chats.map((messages) => messages.map(({ content }) => content).join("\n"))
    await measured(figures, name, chats, trainTokenizer({ texts, vocabSize }))
  }
}
