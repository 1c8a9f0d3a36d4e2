// evaluate.suite: asks several models the same questions and compares them, example by example.
import { existsSync } from "node:fs"
import { readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { input, opt, Stage } from "#sluice"
import { examine, fits, openCandidate } from "./candidate.ts"
import { compareModels, scoreModel } from "./comparison.ts"
import type { Comparison, Evaluation, SampleAnswer } from "./evaluation.ts"
import { type Outcome, writeOutcomes } from "./outcome.ts"
import { chooseQuestions, type Question, readQuestions } from "./question.ts"

/** The outcomes kept under `work` by an earlier attempt, or fresh ones, kept before they are returned. */
const kept = async (file: string, compute: () => Promise<ReadonlyArray<Outcome>>): Promise<ReadonlyArray<Outcome>> => {
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8")) as ReadonlyArray<Outcome>
  const outcomes = await compute()
  await writeFile(`${file}.tmp`, JSON.stringify(outcomes))
  await rename(`${file}.tmp`, file)
  return outcomes
}

/** The baseline first, the others by name, so that the order in which a pipeline names its models changes nothing. */
const ordered = (names: ReadonlyArray<string>, wanted: string | undefined): ReadonlyArray<string> => {
  const sorted = names.toSorted()
  const baseline = wanted ?? (names.includes("base") ? "base" : sorted[0])
  if (baseline === undefined) throw new Error("evaluate.suite has no models to evaluate")
  if (!names.includes(baseline))
    throw new Error(`evaluate.suite: baseline "${baseline}" is none of the models ${sorted.join(", ")}`)
  return [baseline, ...sorted.filter((name) => name !== baseline)]
}

/** Up to `most` places at equal distances among `count`: neighbours often come from one document. */
const spread = (count: number, most: number): ReadonlyArray<number> => {
  const many = Math.min(count, most)
  return Array.from({ length: many }, (_, at) => Math.floor((at * count) / many))
}

/** An example with what each model made of it. */
const quote = (
  { id, question, reference }: Question,
  names: ReadonlyArray<string>,
  outcomes: ReadonlyArray<Outcome>
): SampleAnswer => {
  const each = <A>(of: (outcome: Outcome) => A) =>
    Object.fromEntries(names.map((name, at) => [name, of(outcomes[at]!)]))
  const answers = each(({ answer }) => answer)
  return {
    id,
    question,
    reference,
    answers,
    scores: each(({ nll, tokens, f1 }) => ({ perplexity: Math.exp(nll / tokens), f1 }))
  }
}

/**
 * Evaluates models on the conversations of `on`: the last assistant turn is the reference, the turns before it the
 * prompt. Answer perplexity (of the reference, its end-of-turn mark included), and exact match, token F1 and ROUGE-L of
 * the greedy answer, each with a 95 % interval; every two models are compared on the same examples, by paired bootstrap
 * and, for exact match, McNemar's test.
 *
 * The report's folder holds `report.json` and, keyed by row id, `examples.parquet`.
 * Rows left out: `no-answer`, `too-long` for one of the models, `over-limit`.
 *
 * @example
 * import { evaluate, synth, train } from "#stages"
 * const chats = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const tuned = train.sft({ base, data: chats, steps: 2 })
 * evaluate.suite({ models: { base, tuned }, on: chats })
 * // → { examples: 1, baseline: "base", comparisons: [{ first: "tuned", second: "base", … }], … }
 */
export const suite = Stage.program({
  name: "evaluate.suite",
  inputs: {
    models: input.models(),
    on: input.dataset({
      messages: Schema.Array(Schema.Struct({ role: Schema.String, content: Schema.String }))
    })
  },
  emits: "report",
  reasons: ["no-answer", "too-long", "over-limit"],
  options: {
    maxNewTokens: opt(Schema.Int, 48),
    /** Most examples to evaluate, chosen by hashing row ids. */
    limit: opt(Schema.Int, 200),
    /** Resamples behind each interval. */
    bootstrap: opt(Schema.Int, 1000),
    /** The model the others are compared with first: "base" unless given, or the first by name. */
    baseline: opt.maybe(Schema.String),
    /** Examples quoted in the report, at equal distances. */
    samples: opt(Schema.Int, 5),
    seed: opt(Schema.Int, 0)
  },
  run: async ({ inputs, options, threads, device, out, work, progress, metric, sample, used, skipped }) => {
    const engine = await import("#sluice/model")
    const { maxNewTokens, limit, bootstrap, seed } = options
    const names = ordered(Object.keys(inputs.models), options.baseline)
    const candidates = await Promise.all(names.map((name) => openCandidate(engine, name, inputs.models[name]!.folder)))

    const { questions, without } = readQuestions(await inputs.on.read())
    const fitting = questions.filter((question) => candidates.every((one) => fits(engine, one, question, maxNewTokens)))
    const short = new Set(fitting.map(({ id }) => id))
    const tooLong = questions.filter(({ id }) => !short.has(id))
    const { chosen, rest } = chooseQuestions(fitting, limit, seed)
    if (chosen.length === 0) throw new Error(`evaluate.suite: none of ${inputs.on.rows} rows can be evaluated`)
    const left = {
      "no-answer": without,
      "over-limit": rest.map(({ id }) => id),
      "too-long": tooLong.map(({ id }) => id)
    }
    for (const [reason, ids] of Object.entries(left)) for (const id of ids) skipped("on", id, reason)
    used(
      "on",
      chosen.map(({ id }) => id)
    )

    const outcomes: Array<ReadonlyArray<Outcome>> = []
    for (const [at, candidate] of candidates.entries()) {
      progress(at, candidates.length, `${candidate.name}: ${chosen.length} questions`)
      const file = join(work, `outcomes-${at}.json`)
      outcomes.push(await kept(file, () => examine(engine, candidate, chosen, { maxNewTokens, threads, device })))
    }
    progress(candidates.length, candidates.length)

    const resampling = { resamples: bootstrap, seed }
    const models = Object.fromEntries(names.map((name, at) => [name, scoreModel(engine, outcomes[at]!, resampling)]))
    for (const name of names)
      for (const key of ["perplexity", "exactMatch", "f1", "rougeL"] as const)
        metric(`${name}/${key}`, models[name]![key].estimate)
    const comparisons: Comparison[] = names.flatMap((_, second) =>
      names.slice(second + 1).map((_, at) => {
        return compareModels(engine, outcomes[second + 1 + at]!, outcomes[second]!, resampling)
      })
    )
    const samples = spread(chosen.length, options.samples).map((at) =>
      quote(
        chosen[at]!,
        names,
        outcomes.map((all) => all[at]!)
      )
    )
    for (const { question, reference, answers } of samples)
      sample(
        [`question: ${question}`, `reference: ${reference}`, ...names.map((name) => `${name}: ${answers[name]}`)].join(
          "\n"
        )
      )

    const data: Evaluation = {
      examples: chosen.length,
      skipped: Object.fromEntries(
        Object.entries(left).flatMap(([reason, ids]) => (ids.length ? [[reason, ids.length]] : []))
      ),
      baseline: names[0]!,
      settings: { maxNewTokens, bootstrap, seed },
      models,
      comparisons,
      samples
    }
    await writeOutcomes(join(out, "examples.parquet"), outcomes.flat())
    await writeFile(join(out, "report.json"), `${JSON.stringify(data, null, 2)}\n`)
    return { data }
  }
})
