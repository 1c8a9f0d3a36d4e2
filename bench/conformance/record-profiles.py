"""Records what NeMo Curator 1.4 and Dolma 1.2 measure on the documents that record.py chose, for the conformance test.

Usage: python bench/conformance/record-profiles.py CORPUS WHEELS OUT.json.gz, with `pip install regex zstandard`. WHEELS is a folder with
the two wheels unpacked (`pip download --no-deps nemo-curator==1.4.0 dolma==1.2.1`, `unzip`): only the modules of their filters
are loaded, so that nothing else of them need be installed. For each document: the first filter that drops it, and the sum of its
scores. The scores of the most frequent n-grams are no part of a sum: of grams equally frequent Curator takes one by chance.
"""
import gzip
import hashlib
import importlib
import io
import json
import sys
import types
from pathlib import Path

import zstandard

HERE = Path(__file__).parent
VERDICTS = HERE / "../../test/stages/quality/datatrove-verdicts.json.gz"

DOLMA = [
    ("word_count", 50, 100_000),
    ("median_word_length", 3, 10),
    ("symbol_to_word_ratio", None, 0.1),
    ("fraction_of_words_with_alpha_character", 0.8, None),
    ("required_word_count", 2, None),
    ("fraction_of_lines_starting_with_bullet_point", None, 0.9),
    ("fraction_of_lines_ending_with_ellipsis", None, 0.3),
    ("fraction_of_duplicate_lines", None, 0.3),
    ("fraction_of_characters_in_duplicate_lines", None, 0.2),
] + [
    (f"fraction_of_characters_in_{kind}_{n}grams", None, most)
    for kind, n, most in [
        ("most_common", 2, 0.2),
        ("most_common", 3, 0.18),
        ("most_common", 4, 0.16),
        ("duplicate", 5, 0.15),
        ("duplicate", 6, 0.14),
        ("duplicate", 7, 0.13),
        ("duplicate", 8, 0.12),
        ("duplicate", 9, 0.11),
        ("duplicate", 10, 0.1),
    ]
]


def stub(name, **members):
    module = types.ModuleType(name)
    module.__path__ = []
    module.__dict__.update(members)
    sys.modules[name] = module
    return module


def load_curator(wheels):
    folder = Path(wheels) / "nemo_curator"
    for name in ["nemo_curator", "nemo_curator.stages", "nemo_curator.stages.text", "nemo_curator.stages.text.filters"]:
        stub(name).__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
    stub("nemo_curator.stages.text.filters.heuristic").__path__ = [str(folder / "stages/text/filters/heuristic")]
    if importlib.util.find_spec("loguru") is None:
        stub("loguru", logger=None)
    strings = importlib.import_module("nemo_curator.stages.text.filters.heuristic.string")
    repetition = importlib.import_module("nemo_curator.stages.text.filters.heuristic.repetition.repetition")
    top = [repetition.RepeatingTopNGramsFilter(n, most) for n, most in [(2, 0.2), (3, 0.18), (4, 0.16)]]
    again = [
        repetition.RepeatingDuplicateNGramsFilter(n, most)
        for n, most in [(5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.1)]
    ]
    return [
        strings.NonAlphaNumericFilter(),
        strings.SymbolsToWordsFilter(),
        strings.NumbersFilter(),
        strings.UrlsFilter(),
        strings.WhiteSpaceFilter(),
        strings.ParenthesesFilter(),
        strings.BoilerPlateStringFilter(),
        repetition.RepeatedLinesFilter(),
        repetition.RepeatedParagraphsFilter(),
        repetition.RepeatedLinesByCharFilter(),
        repetition.RepeatedParagraphsByCharFilter(),
        strings.WordCountFilter(),
        strings.PunctuationFilter(),
        strings.WordsWithoutAlphabetsFilter(),
        strings.CommonEnglishWordsFilter(stop_at_false=False),
        strings.MeanWordLengthFilter(),
        strings.LongWordFilter(),
        strings.EllipsisFilter(),
        *top,
        *again,
        strings.BulletsFilter(),
    ]


def load_dolma(wheels):
    stub("dolma").__path__ = [str(Path(wheels) / "dolma")]
    stub("dolma.core")
    stub("dolma.core.data_types", DocResult=object, Document=object, Span=lambda *args, **named: (args, named))
    stub("dolma.core.registry", TaggerRegistry=types.SimpleNamespace(add=lambda _name: lambda one: one))
    stub("dolma.core.taggers", BaseTagger=object)
    stub("dolma.taggers").__path__ = [str(Path(wheels) / "dolma/taggers")]
    return importlib.import_module("dolma.taggers.gopher")


def curator_row(filters, text):
    scores = [(one._name, one.score_document(text), one) for one in filters]
    dropped = next((name for name, score, one in scores if not one.keep_document(score)), "")
    return [dropped, round(sum(score for name, score, _ in scores if "top_" not in name), 6)]


def dolma_row(gopher, text):
    scores = {}
    for args, named in gopher.get_attributes(text).as_spans():
        scores[named.get("type") or args[2]] = named["score"] if "score" in named else args[3]
    for name, least, most in DOLMA:
        score = scores.get(name, 0)
        if least is not None and score < least:
            dropped = f"{name} <"
            break
        if most is not None and score > most:
            dropped = f"{name} >"
            break
    else:
        dropped = ""
    return [dropped, round(sum(score for name, score in scores.items() if name != "character_count"), 6)]


def texts_of(corpus, wanted):
    found = {}
    for path in sorted(Path(corpus).glob("*.jsonl.zst")):
        with open(path, "rb") as file:
            for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
                record = json.loads(line)
                if record.get("text") and record.get("lang") == "en":
                    digest = hashlib.sha256(record["text"].encode("utf-8")).hexdigest()[:32]
                    if digest in wanted:
                        found[digest] = record["text"]
    return found


def main(corpus, wheels, out):
    chosen = [row[0] for row in json.loads(gzip.decompress(VERDICTS.read_bytes()))["rows"]]
    found = texts_of(corpus, set(chosen))
    filters, gopher = load_curator(wheels), load_dolma(wheels)
    rows = [[digest, *curator_row(filters, found[digest]), *dolma_row(gopher, found[digest])] for digest in chosen]
    recorded = {
        "curator": "1.4.0",
        "dolma": "1.2.1",
        "columns": ["sha256", "curator", "curatorSum", "dolma", "dolmaSum"],
        "rows": rows,
    }
    with open(out, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        packed.write(json.dumps(recorded, separators=(",", ":")).encode())
    print(f"{len(rows)} documents")


if __name__ == "__main__":
    main(*sys.argv[1:4])
