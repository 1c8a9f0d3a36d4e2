// How different answers are from each other and within themselves.

/** Stands before the first token, so that an answer of one token has a pair too. */
const beginning = -1

const grams = (ids: ArrayLike<number>, size: number): ReadonlyArray<string> => {
  const all = Array.from(ids)
  return Array.from({ length: Math.max(0, all.length - size + 1) }, (_, at) => all.slice(at, at + size).join(" "))
}

/**
 * Different pairs of neighbouring tokens as a share of all pairs in all answers (distinct-2: Li et al., arXiv 1510.03055),
 * the first token with the beginning as one of them: 1 where no pair comes twice, 0 where there is none.
 */
export const diversityOf = (answers: ReadonlyArray<ArrayLike<number>>): number => {
  const pairs = answers.flatMap((ids) => grams([beginning, ...Array.from(ids)], 2))
  return pairs.length === 0 ? 0 : new Set(pairs).size / pairs.length
}

/** Share of answers that another one before them is the same as. */
export const repeatedShare = (answers: ReadonlyArray<ArrayLike<number>>): number =>
  answers.length === 0 ? 0 : 1 - new Set(answers.map((ids) => Array.from(ids).join(" "))).size / answers.length

/** Share of runs of four tokens that stand earlier in the same answer (seq-rep-4: Welleck et al., arXiv 1908.04319). */
export const loopShare = (answers: ReadonlyArray<ArrayLike<number>>): number => {
  let all = 0
  let different = 0
  for (const ids of answers) {
    const runs = grams(ids, 4)
    all += runs.length
    different += new Set(runs).size
  }
  return all === 0 ? 0 : 1 - different / all
}
