// Folders of data sets as Hugging Face's libraries write and fetch them: which files hold which split of which configuration.
import type { Folder } from "#sluice"

interface Asked {
  readonly path: string
  readonly split: string | undefined
  readonly config: string | undefined
}

/** The data files of a split, as paths or globs; an Error says what the folder lacks. */
export const splitFiles = async (folder: Folder, asked: Asked): Promise<ReadonlyArray<string>> => {
  const { path, split } = asked
  const dict = folder.read(`${path}/dataset_dict.json`)
  if (dict !== undefined) {
    const { splits } = json<{ readonly splits: ReadonlyArray<string> }>(dict, `${path}/dataset_dict.json`)
    return savedFiles(folder, `${path}/${chosen(splits, split, path, "split")}`, undefined)
  }
  if (folder.read(`${path}/state.json`) !== undefined) return savedFiles(folder, path, split)
  const names = folder.names(path)
  if (names.length === 0) throw new Error(`${path} is no folder, or an empty one`)
  const configs = await configsOf(folder.read(`${path}/README.md`) ?? "", path)
  return configs.length > 0 ? configured(configs, asked) : named(names, asked)
}

/** What `save_to_disk` wrote: its state names the files, in order. */
const savedFiles = (folder: Folder, path: string, split: string | undefined): ReadonlyArray<string> => {
  const file = `${path}/state.json`
  const text = folder.read(file)
  if (text === undefined) throw new Error(`${path} has no state.json: its save was not finished`)
  const state = json<{
    readonly _data_files?: ReadonlyArray<{ readonly filename: string }>
    readonly _indices_data_files?: ReadonlyArray<unknown> | null
    readonly _split?: string | null
  }>(text, file)
  if ((state._indices_data_files ?? []).length > 0)
    throw new Error(`${path} keeps its rows as indices into others: save it again after flatten_indices()`)
  if (split !== undefined && split !== (state._split ?? split))
    throw new Error(`${path} is the split "${state._split}", not "${split}"`)
  const files = state._data_files ?? []
  if (files.length === 0) throw new Error(`${file} names no data files`)
  return files.map(({ filename }) => `${path}/${filename}`)
}

const json = <A>(text: string, file: string): A => {
  try {
    return JSON.parse(text) as A
  } catch (cause) {
    throw new Error(`${file} is not JSON`, { cause })
  }
}

interface Config {
  readonly name: string
  readonly isDefault: boolean
  /** Globs by split. */
  readonly splits: ReadonlyMap<string, ReadonlyArray<string>>
}

type Written = string | ReadonlyArray<string> | ReadonlyArray<{ readonly split: string; readonly path: Written }>

/** The configurations that the head of a README lists. */
const configsOf = async (readme: string, path: string): Promise<ReadonlyArray<Config>> => {
  const head = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)/.exec(readme)?.[1]
  if (head === undefined || !/^configs:/m.test(head)) return []
  const { parse } = await import("yaml")
  let configs: unknown
  try {
    configs = (parse(head) as { readonly configs?: unknown } | null)?.configs
  } catch (cause) {
    throw new Error(`${path}/README.md has a head that is not YAML: ${(cause as Error).message.split("\n")[0]}`, {
      cause
    })
  }
  return (Array.isArray(configs) ? configs : []).flatMap((config): ReadonlyArray<Config> => {
    const {
      config_name = "default",
      data_files,
      data_dir
    } = config as {
      readonly config_name?: string
      readonly data_files?: Written
      readonly data_dir?: string
      readonly default?: boolean
    }
    if (data_files === undefined) return []
    const base = data_dir === undefined ? "" : `${data_dir}/`
    return [
      {
        name: String(config_name),
        isDefault: (config as { default?: boolean }).default === true,
        splits: splitsOf(data_files, base)
      }
    ]
  })
}

const splitsOf = (written: Written, base: string): ReadonlyMap<string, ReadonlyArray<string>> => {
  const splits = new Map<string, Array<string>>()
  for (const one of typeof written === "string" ? [written] : written) {
    const split = typeof one === "string" ? "train" : String(one.split)
    const paths = typeof one === "string" ? [one] : [one.path].flat().map(String)
    splits.set(split, [...(splits.get(split) ?? []), ...paths.map((path) => base + path)])
  }
  return splits
}

const configured = (configs: ReadonlyArray<Config>, { path, split, config }: Asked): ReadonlyArray<string> => {
  const names = configs.map(({ name }) => name)
  const usual = configs.find(({ isDefault }) => isDefault)?.name ?? (names.includes("default") ? "default" : undefined)
  const name = config ?? usual ?? (names.length === 1 ? names[0] : undefined)
  const found = configs.find((one) => one.name === name)
  if (found === undefined)
    throw new Error(
      name === undefined
        ? `${path} has several configurations: give config, one of ${names.join(", ")}`
        : `${path} has no configuration "${name}"; its configurations are ${names.join(", ")}`
    )
  const part = chosen([...found.splits.keys()], split, path, "split")
  return found.splits.get(part)!.map((pattern) => `${path}/${pattern}`)
}

/** What is asked for, or `train`, or the only one. */
const chosen = (names: ReadonlyArray<string>, asked: string | undefined, path: string, what: string): string => {
  const name = asked ?? (names.includes("train") || names.length !== 1 ? "train" : names[0]!)
  if (names.includes(name)) return name
  throw new Error(`${path} has no ${what} "${name}"; its ${what}s are ${names.join(", ") || "none"}`)
}

const data = /\.(parquet|arrow|jsonl|ndjson|json|csv|tsv)(\.(gz|zst|bz2|xz))?$/i

/** Words that name a split in files and folders. */
const words: { readonly [word: string]: string } = {
  train: "train",
  training: "train",
  validation: "validation",
  valid: "validation",
  val: "validation",
  dev: "validation",
  test: "test",
  testing: "test",
  eval: "test",
  evaluation: "test"
}

/** Without a list, names tell: a folder or a word of the file's name is the split; where none is told, all is `train`. */
const named = (names: ReadonlyArray<string>, { path, split, config }: Asked): ReadonlyArray<string> => {
  const below = config === undefined ? "" : `${config}/`
  const files = names.filter(
    (name) =>
      name.startsWith(below) && data.test(name) && !/(^|\/)(dataset_infos?|state|dataset_dict)\.json$/.test(name)
  )
  if (files.length === 0) throw new Error(`${path}/${below} holds no Parquet, Arrow or JSON files`)
  const splits = new Map<string, Array<string>>()
  for (const file of files) {
    const word = file
      .slice(below.length)
      .toLowerCase()
      .split(/[^a-z]+/)
      .find((part) => part in words)
    const part = word === undefined ? "" : words[word]!
    splits.set(part, [...(splits.get(part) ?? []), file])
  }
  const untold = splits.get("")
  if (untold !== undefined && splits.size === 1) splits.set("train", untold)
  splits.delete("")
  const part = chosen([...splits.keys()], split === undefined ? undefined : (words[split] ?? split), path, "split")
  return splits.get(part)!.map((file) => `${path}/${file}`)
}
