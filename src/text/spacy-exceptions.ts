// What spaCy's English tokenizer does not cut by rule: contractions, abbreviations, emoticons, as facts of its version 3.8.

const split = (text: string): ReadonlyArray<string> => text.split(/\s+/).filter((part) => part !== "")

const both = (word: string): ReadonlyArray<string> => [word, word[0]!.toUpperCase() + word.slice(1)]

/** Words that stay one token though a rule would cut a mark off. */
const WHOLE = `
' '' \\") <space> \\t \\n — C++ and/or w/o ma'am Ma'am o'clock O'clock 'Cause 'cause 'cos 'Cos 'coz 'Coz 'cuz 'Cuz 'bout
'S 's ‘S ‘s 're 'd em 'em ll 'll nuff 'nuff
a. b. c. d. e. f. g. h. i. j. k. l. m. n. o. p. q. r. s. t. u. v. w. x. y. z. ä. ö. ü.
a.m. p.m. e.g. E.g. E.G. i.e. I.e. I.E. v.s. vs. co. Co. Corp. Inc. Ltd. Bros. D.C. Ph.D.
Adm. Dr. Gen. Gov. Jr. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. Prof. Rep. Rev. Sen. St. Mt.
Jan. Feb. Mar. Apr. Jun. Jul. Aug. Sep. Sept. Oct. Nov. Dec.
Ak. Ala. Ariz. Ark. Calif. Colo. Conn. Del. Fla. Ga. Ia. Id. Ill. Ind. Kan. Kans. Ky. La. Mass. Mich. Minn. Miss.
N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Okla. Ore. Pa. S.C. Tenn. Va. Wash. Wis.`

const FACES = `
:) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= =] :o) (o: :} :-} 8) 8-) (-8 ;) ;-) (; (-;
:( :-( :(( :-(( :((( :-((( ): )-: =( >:( :') :'-) :'( :'-( :/ :-/ =/ =| :| :-| ]= =[ :1 :P :-P :p :-p :O :-O :o :-o :0 :-0
:() >:o :* :-* :3 :-3 =3 :> :-> :X :-X :x :-x :D :-D ;D ;-D =D xD XD xDD XDD 8D 8-D
^_^ ^__^ ^___^ >.< >.> <.< ._. ;_; -_- -__- v.v V.V v_v V_V o_o o_O O_o O_O 0_o o_0 0_0 o.O O.o O.O o.o 0.0 o.0 0.o @_@
<3 <33 <333 </3 (^_^) (-_-) (._.) (>_<) (*_*) (¬_¬) ಠ_ಠ ಠ︵ಠ (ಠ_ಠ) ¯\\(ツ)/¯ (╯°□°）╯︵┻━┻ ><(((*>`

/** Verbs whose negation is cut, those that also take 've after it, and those that take 've without it. */
const NEGATED = "ai are is was were have has dare"
const NEGATED_HAVE = "ca could do does did had may might must need ought sha should wo would"
const TAKE_HAVE = "could might must should would"

/** Pronouns and question words, and what may follow each: with an apostrophe or run together. */
const ENDINGS: ReadonlyArray<readonly [words: string, endings: string]> = [
  ["i", "m ma"],
  ["i you he she it we they who what when where why how there that this these those", "ll llve d dve"],
  ["i you we they", "ve"],
  ["you we they", "re"],
  ["he she it who what when where why how there that this", "s"],
  ["who what when where why how there these those", "re ve"]
]

/** What is not cut although an ending would fit: other words are spelt the same. */
const OTHER_WORDS = "ill Ill its Its hell Hell shell Shell shed Shed were Were well Well whore Whore"

const CUT = `
y'|all y|all how|'d|'y How|'d|'y not|'ve not|ve Not|'ve Not|ve can|not Can|not gon|na Gon|na got|ta Got|ta let|'s Let|'s
c'm|on C'm|on °|c|. °|f|. °|k|. °|C|. °|F|. °|K|.`

/** The tokens of each word that the rules do not decide. */
export const makeSpacyExceptions = (): ReadonlyMap<string, ReadonlyArray<string>> => {
  const table = new Map<string, ReadonlyArray<string>>()
  const add = (...parts: ReadonlyArray<string>) => table.set(parts.join(""), parts)
  for (const whole of [...split(WHOLE), ...split(FACES)]) add(whole)
  for (const word of split("doin goin nothin nuthin ol somethin lovin havin").flatMap(both)) {
    add(word)
    add(`${word}'`)
  }
  for (const [words, endings] of ENDINGS)
    for (const word of split(words).flatMap(both))
      for (const ending of split(endings)) {
        const [first, second] = /^(?:(ll|d)(ve)|(m)(a))$/.exec(ending)?.slice(1).filter(Boolean) ?? [ending]
        add(word, first!, ...(second === undefined ? [] : [second]))
        add(word, `'${first}`, ...(second === undefined ? [] : [first === "m" ? second : `'${second}`]))
      }
  for (const verb of [...split(NEGATED), ...split(NEGATED_HAVE)].flatMap(both)) {
    add(verb, "n't")
    add(verb, "nt")
  }
  for (const verb of split(NEGATED_HAVE).flatMap(both)) {
    add(verb, "n't", "'ve")
    add(verb, "nt", "ve")
  }
  for (const verb of split(TAKE_HAVE).flatMap(both)) {
    add(verb, "'ve")
    add(verb, "ve")
  }
  for (let hour = 1; hour <= 12; hour++) for (const half of ["a.m.", "am", "p.m.", "pm"]) add(`${hour}`, half)
  for (const parts of split(CUT)) add(...parts.split("|"))
  for (const word of split(OTHER_WORDS)) table.delete(word)
  for (const [word, parts] of [...table])
    if (word.includes("'")) {
      const curly = (part: string) => part.replaceAll("'", "’")
      if (!table.has(curly(word))) table.set(curly(word), parts.map(curly))
    }
  return table
}
