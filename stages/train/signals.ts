// Signals of what can go wrong in a tuning: the model is tried on the same prompts and texts before and after it.
import { existsSync } from "node:fs"
import { readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { ProgramContext } from "#sluice"
import type { CausalModel, TokenSequence, TrainResult } from "#sluice/model"
import { type AnswerFault, faultOf, sharedEnding } from "./answer-faults.ts"
import { diversityOf, loopShare, repeatedShare } from "./diversity.ts"
import { answerRoom, type Probe } from "./probes.ts"
import type { Engine } from "./training.ts"
import type { TrainingData } from "./training-data.ts"

interface Change {
  readonly before: number
  readonly after: number
}

/** A figure of the answers before and after, and of the data's own answers to the same prompts. */
interface Compared extends Change {
  readonly data: number
}

/** What can go wrong, one figure each, null where it could not be measured; and the figures behind them. */
export interface Signals {
  /** Nats a token by which the last loss on validation is above the lowest. */
  readonly overfitting: number | null
  /** Perplexity of retained texts after the tuning as a multiple of that before: 1 is nothing forgotten. */
  readonly forgetting: number | null
  /** What the answers lack of the diversity of the data's own: 0 nothing, 1 all of it. */
  readonly collapse: number | null
  /** Share of answers with a fault. */
  readonly misalignment: number | null
  readonly retained: {
    /** Texts that were given, or such as the model before the tuning writes itself. */
    readonly of: "retained" | "own"
    readonly texts: number
    readonly perplexity: Change
  } | null
  readonly answers: {
    readonly prompts: number
    /** Distinct-2 of all answers. */
    readonly diversity: Compared
    /** Share of answers that are the same as another. */
    readonly repeated: Compared
    /** Share of runs of four tokens that repeat within an answer. */
    readonly loops: Compared
    /** Mean entropy of the next token along the data's answers, in nats. */
    readonly entropy: Change
    readonly misaligned: Change
    readonly faults: { readonly [fault: string]: number }
  } | null
}

/** An answer before and after, beside the data's. */
export interface ProbeAnswer {
  readonly id: string
  readonly prompt: string
  readonly reference: string
  readonly before: string
  readonly after: string
  readonly fault: AnswerFault | null
}

/** What one model does on the probes and texts. */
interface Tried {
  readonly answers: ReadonlyArray<{ readonly ids: ReadonlyArray<number>; readonly stopped: boolean }>
  readonly entropy: number
  /** Mean nats a token on the texts. */
  readonly loss: number
}

interface Start extends Tried {
  /** The texts that the model writes itself, where none are given. */
  readonly own: ReadonlyArray<ReadonlyArray<number>>
}

/** What is tried. */
export interface Trials {
  readonly model: CausalModel
  readonly probes: ReadonlyArray<Probe>
  /** Texts of what the model is to keep; such as it writes itself if there are none. */
  readonly retained: ReadonlyArray<TokenSequence>
  /** Positions that the adapter to be trained takes. */
  readonly taken: number
  /** How many texts the model writes itself. */
  readonly count: number
  readonly seed: number
}

type Context = Pick<ProgramContext<unknown, unknown>, "threads" | "device" | "work">
type Trained = Pick<TrainResult, "model" | "adapter">

/** Tokens of a text that the model writes itself. */
const ownTokens = 64

const whole = (ids: ArrayLike<number>, rowId: string): TokenSequence => ({
  ids: Int32Array.from(ids),
  mask: new Uint8Array(ids.length).fill(1),
  rowId
})

/** A probe's prompt and reference, the reference supervised. */
const sequenceOf = ({ id, prompt, reference }: Probe): TokenSequence => {
  const ids = Int32Array.from([...prompt, ...reference])
  return { ids, mask: new Uint8Array(ids.length).fill(1, prompt.length), rowId: id }
}

const tryOut = async (
  context: Context,
  engine: Engine,
  { model, adapter }: Trained,
  { probes }: Trials,
  texts: ReadonlyArray<TokenSequence>
): Promise<Tried> => {
  const settings = { threads: context.threads, device: context.device, ...(adapter && { adapter }) }
  const answers = await engine.generate(
    model,
    probes.map(({ prompt }) => prompt),
    { ...settings, maxNewTokens: answerRoom(probes) }
  )
  const entropy = probes.length === 0 ? 0 : await engine.nextTokenEntropy(model, probes.map(sequenceOf), settings)
  const loss = texts.length === 0 ? 0 : Math.log(engine.perplexity(await engine.scoreSequences(model, texts, settings)))
  return { answers: answers.map(({ ids, stopped }) => ({ ids: [...ids], stopped })), entropy, loss }
}

/** Texts that a model writes of itself: drawn at temperature 1 behind what begins a text, each with an end where it came. */
const writeTexts = async (context: Context, engine: Engine, { model, taken, count, seed }: Trials) => {
  const { config, tokenizer } = model
  const opening =
    tokenizer.before.length > 0 ? tokenizer.before : [engine.endOfText(tokenizer) ?? config.eosIds[0] ?? 0]
  const maxNewTokens = Math.min(ownTokens, config.maxPositions - taken - opening.length)
  const prompts = Array.from({ length: maxNewTokens > 1 ? count : 0 }, () => Int32Array.from(opening))
  const settings = { threads: context.threads, device: context.device, temperature: 1, seed, maxNewTokens, stopIds: [] }
  const written = await engine.generate(model, prompts, settings)
  return written.map(({ ids }) => [...opening, ...ids])
}

const textsOf = ({ retained }: Trials, own: Start["own"]): ReadonlyArray<TokenSequence> =>
  retained.length > 0 ? retained : own.map((ids, at) => whole(ids, `own ${at}`))

/** What the model does before it is tuned; kept under `work`, so that a run that was killed does not try it again. */
export const tryBefore = async (context: Context, engine: Engine, trials: Trials): Promise<Start> => {
  const file = join(context.work, "before.json")
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8")) as Start
  const own = trials.retained.length > 0 ? [] : await writeTexts(context, engine, trials)
  const tried = await tryOut(context, engine, { model: trials.model }, trials, textsOf(trials, own))
  const start: Start = { own, ...tried }
  await writeFile(`${file}.tmp`, JSON.stringify(start))
  await rename(`${file}.tmp`, file)
  return start
}

const compared = (
  of: (answers: ReadonlyArray<ArrayLike<number>>) => number,
  before: Tried,
  after: Tried,
  data: ReadonlyArray<ArrayLike<number>>
): Compared => {
  const ids = ({ answers }: Tried) => answers.map((answer) => answer.ids)
  return { before: of(ids(before)), after: of(ids(after)), data: of(data) }
}

/** Tries the tuned model on what it was tried on before, and says what changed. */
export const measureSignals = async (
  context: Context,
  engine: Engine,
  trials: Trials,
  start: Start,
  trained: Trained,
  { validation }: TrainingData
): Promise<{ readonly signals: Signals; readonly answers: ReadonlyArray<ProbeAnswer> }> => {
  const { model, probes, retained } = trials
  const texts = textsOf(trials, start.own)
  const after = await tryOut(context, engine, trained, trials, texts)
  const ending = sharedEnding(model.tokenizer, probes)
  const faults = (tried: Tried) =>
    probes.map((probe, at) => faultOf(model.tokenizer, probe, tried.answers[at]!, ending) ?? null)
  const [faultsBefore, faultsAfter] = [faults(start), faults(after)]
  const share = (found: ReadonlyArray<AnswerFault | null>) => found.filter((one) => one !== null).length / probes.length
  const data = probes.map(({ reference }) => reference.subarray(0, answerRoom(probes)))
  const diversity = compared(diversityOf, start, after, data)
  const answers: Signals["answers"] =
    probes.length === 0
      ? null
      : {
          prompts: probes.length,
          diversity,
          repeated: compared(repeatedShare, start, after, data),
          loops: compared(loopShare, start, after, data),
          entropy: { before: start.entropy, after: after.entropy },
          misaligned: { before: share(faultsBefore), after: share(faultsAfter) },
          faults: Object.fromEntries(
            [
              ...Map.groupBy(
                faultsAfter.filter((one) => one !== null),
                (fault) => fault
              )
            ]
              .map(([fault, found]) => [fault, found.length] as const)
              .toSorted(([a], [b]) => (a < b ? -1 : 1))
          )
        }
  const text = (ids: ArrayLike<number>) => model.tokenizer.decode(ids, { skipSpecial: true }).trim()
  return {
    signals: {
      overfitting: validation?.overfit ?? null,
      forgetting: texts.length === 0 ? null : Math.exp(after.loss - start.loss),
      collapse: answers === null ? null : Math.max(0, 1 - diversity.after / diversity.data),
      misalignment: answers === null ? null : answers.misaligned.after,
      retained:
        texts.length === 0
          ? null
          : {
              of: retained.length > 0 ? "retained" : "own",
              texts: texts.length,
              perplexity: { before: Math.exp(start.loss), after: Math.exp(after.loss) }
            },
      answers
    },
    answers: probes.map(({ id, prompt, reference }, at) => ({
      id,
      prompt: text(prompt),
      reference: text(reference),
      before: text(start.answers[at]!.ids),
      after: text(after.answers[at]!.ids),
      fault: faultsAfter[at]!
    }))
  }
}
