// What a module loads: itself and all that is imported at once, however far.

/** The modules that some load; `importsOf` gives what a module imports at once. */
export const reachedFrom = (
  modules: ReadonlyArray<string>,
  importsOf: (module: string) => ReadonlyArray<string>
): ReadonlySet<string> => {
  const reached = new Set(modules)
  for (const module of reached) for (const imported of importsOf(module)) reached.add(imported)
  return reached
}
