// sluice chat: talks to a model or an adapter in the terminal, or answers one prompt.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { devices } from "../model/train/device.ts"
import { handler, modelArgument } from "./sluice.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

const number = (name: string, description: string, fallback: number) =>
  Flag.Finite(name).pipe(Flag.withMetavar("X"), Flag.withDescription(description), Flag.withDefault(fallback))

const whole = (name: string, description: string, fallback: number) =>
  Flag.Int(name).pipe(Flag.withMetavar("N"), Flag.withDescription(description), Flag.withDefault(fallback))

export const chat = Command.make(
  "chat",
  {
    model: modelArgument,
    prompt: text("prompt", "TEXT", "Answer this and end"),
    system: text("system", "TEXT", "What the model is told before the conversation"),
    raw: Flag.Boolean("raw").pipe(
      Flag.withDescription(
        "Go on with the text as it is, without a chat template: for models that hold no conversation"
      ),
      Flag.withoutNegation,
      Flag.withDefault(false)
    ),
    base: text("base", "PATH", "Where the model lies that an adapter corrects, if not in its folder"),
    maxTokens: whole("max-tokens", "Tokens of an answer at most (default 256)", 256),
    temperature: number("temperature", "0 takes the likeliest token, 1 draws by the model's chances (default 0)", 0),
    topK: Flag.Int("top-k").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("Draw among the N likeliest tokens only"),
      Flag.optional
    ),
    topP: number("top-p", "Draw among the likeliest tokens of this probability together (default 1)", 1),
    repetitionPenalty: number("repetition-penalty", "Above 1: tokens that were there are less likely (default 1)", 1),
    seed: whole("seed", "What is drawn (default 0)", 0),
    device: Flag.Literals("device", devices).pipe(
      Flag.withDescription("Where to compute (default: cpu); sluice doctor lists what is there"),
      Flag.withDefault("cpu" as const)
    )
  },
  handler(async ({ model: given, prompt, system, base, topK, ...flags }, shared) => {
    const { namedModel } = await import("./named-model.ts")
    const { path } = namedModel(given, shared)
    const [{ openModel }, { Conversation, converse }] = await Promise.all([
      import("../model/open-model.ts"),
      import("./conversation.ts")
    ])
    const conversation = await Conversation.open(openModel(path, Option.getOrUndefined(base)), {
      ...flags,
      system: Option.getOrUndefined(system),
      ...(Option.isSome(topK) && { topK: topK.value })
    })
    await converse(conversation, { prompt: Option.getOrUndefined(prompt), json: shared.json, name: given })
  })
).pipe(
  Command.withDescription(
    "Talk to a model: its answers are written as they come, and it sees the conversation so far. Without a terminal each line of the input is a turn. /new begins a new conversation, Ctrl-D ends."
  ),
  Command.withShortDescription("Talk to a model"),
  Command.withExamples([
    { command: "sluice chat quickstart/tuned", description: "A model that a pipeline made" },
    {
      command: 'sluice chat models/SmolLM2-135M-Instruct.gguf --prompt "What is a sluice?"',
      description: "One answer"
    },
    {
      command: "sluice chat models/mine --temperature 0.7 --top-p 0.9 --seed 3",
      description: "Drawn, the same for a seed"
    },
    { command: 'sluice chat quickstart/base --raw --prompt "The gate"', description: "A model that goes on with texts" }
  ])
)
