// A model card in Markdown with the head that model hubs read: base, data lineage with licences, training, evaluation.
import { count, plural } from "./print.ts"
import { readSummary, signalLines, type SourceSummary, type TrainingSummary } from "../lineage/training-summary.ts"
import type { CardFacts, CardTraining } from "./card-facts.ts"

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ")

const row = (cells: ReadonlyArray<string>): string => `| ${cells.map(cell).join(" | ")} |`

const table = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  right: ReadonlyArray<number> = []
): ReadonlyArray<string> => [
  row(head),
  `|${head.map((_, at) => (right.includes(at) ? " ---: " : " --- ")).join("|")}|`,
  ...rows.map(row)
]

const figure = (value: number): string =>
  value === 0 ? "0" : Math.abs(value) >= 100 ? value.toFixed(1) : value.toPrecision(3)

const value = (given: unknown): string => (typeof given === "string" ? given : (JSON.stringify(given) ?? "none"))

const baseName = ({ base }: CardFacts): string =>
  base === undefined
    ? "nothing: its weights were drawn by chance"
    : base.name === undefined
      ? `the model of \`${base.node}\``
      : `${base.name}${base.organization === undefined ? "" : ` (${base.organization})`}`

const head = ({ adapter, base, pipeline }: CardFacts): ReadonlyArray<string> => [
  "---",
  ...(base?.licence === undefined ? [] : [`license: ${JSON.stringify(base.licence)}`]),
  `library_name: ${adapter ? "peft" : "transformers"}`,
  "pipeline_tag: text-generation",
  "tags:",
  "  - sluice",
  `  - ${JSON.stringify(pipeline)}`,
  "---"
]

const dataSection = ({ node, data, sources }: CardTraining): ReadonlyArray<string> => {
  const skipped = Object.entries(data.skipped).map(([reason, rows]) => `${count(rows)} ${reason}`)
  const left = skipped.length === 0 ? "" : `; not used: ${skipped.join(", ")}`
  const total = (name: "files" | "rows") => sources.reduce((sum, source) => sum + source[name], 0)
  return [
    `### ${node}`,
    "",
    `${plural(data.used, "row")} used${left}. They go back to ${plural(total("files"), "file")}:`,
    "",
    ...table(
      ["source", "licence", "files", "training rows"],
      sources.map((one) => [one.node, one.licence ?? "not known", count(one.files), count(one.rows)]),
      [2, 3]
    ),
    "",
    "What was done to the data, in rows:",
    "",
    ...table(
      ["node", "in", "out", "left out, by reason"],
      data.steps.map(({ node: name, totals, reasons }) => [
        name,
        count(totals.in),
        count(totals.out),
        Object.entries(reasons)
          .map(([reason, rows]) => `${count(rows)} ${reason}`)
          .join(", ")
      ]),
      [1, 2]
    ),
    ""
  ]
}

const figureNames = [
  ["steps", "steps"],
  ["tokens", "tokens"],
  ["supervisedTokens", "tokens with a loss"],
  ["parameters", "parameters"],
  ["trainedParameters", "trained parameters"],
  ["firstLoss", "first loss"],
  ["closingLoss", "loss, mean of the last tenth of the steps"]
] as const

const trainingSection = ({ node, stage, options, figures }: CardTraining): ReadonlyArray<string> => {
  const summary = readSummary(figures)
  const measured = figureNames.flatMap(([key, name]) => {
    const found = figures[key]
    if (typeof found !== "number") return []
    return [[name, Number.isInteger(found) ? count(found) : figure(found)]]
  })
  const given = Object.entries(options).flatMap(([name, one]) => (one === undefined ? [] : [[name, value(one)]]))
  return [
    `### ${node}`,
    "",
    `By \`${stage}\`.`,
    "",
    ...table(["what", "value"], [...measured, ...given]),
    "",
    ...sourceTable(summary?.sources),
    ...signalTable(summary, options)
  ]
}

/** What each source contributed to a training. */
const sourceTable = (sources: ReadonlyArray<SourceSummary> = []): ReadonlyArray<string> => {
  if (sources.length === 0) return []
  const loss = (value: number | null) => (value === null ? "–" : figure(value))
  return [
    "What each source contributed:",
    "",
    ...table(
      ["source", "rows", "tokens", "share of the loss's tokens", "loss, first → last", "on held-out rows"],
      sources.map(({ source, rows, tokens, share, firstLoss, lastLoss, validation }) => [
        source === "" ? "not named" : source,
        count(rows),
        count(tokens),
        `${(share * 100).toFixed(1)} %`,
        `${loss(firstLoss)} → ${loss(lastLoss)}`,
        validation === undefined ? "–" : `${loss(validation.first)} → ${loss(validation.last)}`
      ]),
      [1, 2, 3]
    ),
    ""
  ]
}

/** What can go wrong in a tuning, as it was measured. */
const signalTable = (summary: TrainingSummary | undefined, options: CardTraining["options"]): ReadonlyArray<string> => {
  const lines = summary === undefined ? [] : signalLines(summary, options)
  if (lines.length === 0) return []
  return [
    "Signals of failure:",
    "",
    ...table(
      ["signal", "measured", "limit", "behind it"],
      lines.map(({ signal, value: measured, limit, account }) => [
        signal,
        measured === null ? "–" : figure(measured),
        limit === undefined ? "none" : figure(limit),
        account
      ]),
      [1, 2]
    ),
    ""
  ]
}

const scoreNames = [
  ["perplexity", "answer perplexity"],
  ["bitsPerByte", "bits per byte"],
  ["exactMatch", "exact match"],
  ["f1", "token F1"],
  ["rougeL", "ROUGE-L"]
] as const

const evaluationSection = ({
  node,
  as,
  evaluation,
  shared
}: CardFacts["evaluations"][number]): ReadonlyArray<string> => {
  const names = [
    as,
    ...Object.keys(evaluation.models).filter((name) => name !== as && name === evaluation.baseline)
  ].filter((name) => name in evaluation.models)
  const scores = scoreNames.filter(([key]) => evaluation.models[as]?.[key] !== undefined)
  return [
    `### ${node}`,
    "",
    `${plural(evaluation.examples, "example")}, ${shared === 0 ? "none" : count(shared)} of them from a file that training rows come from; 95 % intervals.`,
    "",
    ...table(
      ["score", ...names],
      scores.map(([key, name]) => [
        name,
        ...names.map((model) => {
          const score = evaluation.models[model]?.[key]
          return score === undefined ? "–" : `${figure(score.estimate)} (${figure(score.low)} to ${figure(score.high)})`
        })
      ])
    ),
    "",
    ...evaluation.gates.flatMap(({ passed, sentence }) => [`${passed ? "Passed" : "Not passed"}: ${sentence}`, ""])
  ]
}

/** A word of a command line, quoted where a shell would read it otherwise. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** Renders a card. The same facts give the same text. */
export const modelCard = (facts: CardFacts): string => {
  const { name, adapter, base, trainings, evaluations, pipeline, sets, digest, example } = facts
  const last = trainings.at(-1)
  const what = adapter
    ? `An adapter in PEFT layout over ${baseName(facts)}`
    : trainings.length === 0
      ? `${baseName(facts)}, as it is`
      : `A model trained from ${baseName(facts)}`
  const licence = base === undefined ? "" : ` The base's licence: ${base.licence ?? "not known"}.`
  const given = Object.entries(sets).flatMap(([target, one]) => ["--set", shellWord(`${target}=${one}`)])
  return [
    ...head(facts),
    "",
    `# ${name}`,
    "",
    `${what}${last === undefined ? "" : `, trained on ${plural(last.data.used, "row")} in ${value(last.figures["steps"])} steps`}.${licence}`,
    "",
    ...(trainings.length === 0 ? [] : ["## Data", "", ...trainings.flatMap(dataSection)]),
    ...(trainings.length === 0 ? [] : ["## Training", "", ...trainings.flatMap(trainingSection)]),
    ...(evaluations.length === 0 ? [] : ["## Evaluation", "", ...evaluations.flatMap(evaluationSection)]),
    "## Made by",
    "",
    "```sh",
    ["sluice run", pipeline, ...given].join(" "),
    ...(example === undefined
      ? []
      : [`sluice trace ${pipeline} ${example}   # a row it was trained on, back to its file`]),
    "```",
    "",
    ...(base === undefined ? [] : [`Digest of the base's files: \`${base.digest}\`.`]),
    `Digest of the model's files: \`${digest}\`. The licences are those that each file names in its head, or the nearest README, package.json or licence file above it.`,
    ""
  ].join("\n")
}
