// How right the filters are that guess: languages told, personal data found, by language and kind.
import { knownLanguages } from "#sluice/text"
import { classifierAccuracy } from "./classifier-accuracy.ts"
import { contaminationAccuracy } from "./contamination-accuracy.ts"
import { Figures } from "./figure.ts"
import { isGiven } from "./given-archive.ts"
import { languageAccuracy } from "./language-accuracy.ts"
import { personalAccuracy } from "./personal-accuracy.ts"

if (!isGiven("pii.tar.zst") || !isGiven("langid.tar.zst")) {
  console.log("accuracy: no test data here (SLUICE_DATA=FOLDER with pii.tar.zst and langid.tar.zst): not measured")
  process.exit(0)
}
const figures = new Figures("accuracy")
for (const { kind, there, precision, recall } of personalAccuracy()) {
  figures.note(`redact: ${kind}, precision`, precision * 100, "%", "")
  figures.note(`redact: ${kind}, recall of ${there}`, recall * 100, "%", "")
}
const { known, macro, all, confident, coverage, unknown } = languageAccuracy(new Set(knownLanguages()))
figures.note(`language: mean of ${known.length} languages`, macro * 100, "%", "")
figures.note("language: all texts", all * 100, "%", "")
figures.note("language: texts told with confidence 0.65", confident * 100, "%", "")
figures.note("language: share of texts told so", coverage * 100, "%", "")
figures.note(`language: of ${unknown.texts} texts in others, told so`, unknown.confident * 100, "%", "")
for (const { language, texts, right, instead } of known) {
  const wrong = instead.map(([one, count]) => `${one || "none"} ${count}`).join(", ")
  figures.note(
    `language: ${language}, ${texts} texts${wrong === "" ? "" : ` (${wrong})`}`,
    (right / texts) * 100,
    "%",
    ""
  )
}
if (isGiven("gsm8k.tar.zst")) {
  const { planted, unplanted, rate } = contaminationAccuracy()
  for (const { oneIn, probe, byWords, ngram } of planted) {
    const what = oneIn === 0 ? "as they are" : `one word in ${oneIn} changed`
    figures.note(`decontaminate: planted items, ${what}: probe`, probe * 100, "%", "")
    figures.note(`decontaminate: planted items, ${what}: probe by words`, byWords * 100, "%", "")
    figures.note(`decontaminate: planted items, ${what}: 8-grams`, ngram * 100, "%", "")
  }
  figures.note("decontaminate: nothing planted, dropped by probe", unplanted.probe * 100, "%", "")
  figures.note("decontaminate: nothing planted, dropped by probe by words", unplanted.byWords * 100, "%", "")
  figures.note("decontaminate: nothing planted, dropped by 8-grams", unplanted.ngram * 100, "%", "")
  figures.note("decontaminate: probe", rate, "MB/s", "")
}
figures.keep()

const { trained, report, training, scoring } = classifierAccuracy()
const texts = `${report.texts} of ${trained + report.texts} documents held out`
figures.note(`classifier: ${report.labels.length} files of the corpus, ${texts}`, report.accuracy * 100, "%", "")
figures.note("classifier: the most frequent label alone", report.baseline * 100, "%", "")
figures.note("classifier: calibration error", report.calibration.error * 100, "%", "")
figures.note("classifier: training, each pass", training, "MB/s", "")
figures.note("classifier: scoring", scoring, "MB/s", "")
figures.keep()
