#!/usr/bin/env python3
"""How many slips of copying "corpuscope twists" finds, and what the model's share in that is.

Makes a corpus of real sources into which functions were copied: every copy has changes that are meant (identifiers
renamed throughout, a number changed), and every second one has one slip besides: an identifier in one place exchanged
for another of the same function, or the old name left in one place of a renaming. The sources' own copies, with all
their differences, stay as they are: there every flag counts as wrong. Then precision and recall, without the model and
with what the word cost it.

    tests/bench/twists.py --program build/release/corpuscope [--sources DIR...] [--copies 120] [--seed 1] [--model DIR]
"""
import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

IDENTIFIER = re.compile(r"\b[A-Za-z_][A-Za-z0-9_]*\b")
QUOTED = re.compile(r"""\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'""")
NUMBER = re.compile(r"(?<![\w.\"])[0-9]+(?![\w.\"])")
KEYWORDS = set("""alignas auto bool break case catch char class const constexpr continue default delete do double else enum
explicit extern false float for friend goto if inline int long mutable namespace new noexcept nullptr operator override
private protected public return short signed sizeof static static_cast struct switch template this throw true try typedef
typename union unsigned using virtual void volatile while std string vector size_t int32_t int64_t uint64_t include and as
assert async await class def del elif except finally from global import in is lambda None nonlocal not or pass raise self
True False with yield""".split())
ENDINGS = (".cpp", ".cc", ".c", ".h", ".py")


def functions(text):
    """Blocks that begin at the left margin and end before the next line that stands there, or with a brace there."""
    lines = text.split("\n")
    begin = None
    for number, line in enumerate(lines):
        if not line or line[0].isspace():
            continue
        braces = line.startswith("}")
        end = number + 1 if braces else number
        while begin is not None and not lines[end - 1].strip():
            end -= 1
        if begin is not None and (braces or lines[begin].endswith(":")) and 10 <= end - begin <= 45:
            yield lines[begin:end]
        starts = line.rstrip().endswith("{") and not line.startswith(("namespace", "extern")) or line.startswith("def ") and line.endswith(":")
        begin = number if starts and line[0] not in "}#/*" else None


def code_of(line):
    """Without comments, and with blanks for what stands in quotes."""
    return re.split("//|#", QUOTED.sub(lambda quoted: " " * len(quoted.group()), line))[0]


def words_of(block):
    words = {}
    for number, line in enumerate(block):
        code = code_of(line)
        for match in IDENTIFIER.finditer(code):
            if match.group() not in KEYWORDS and len(match.group()) > 1:
                words.setdefault(match.group(), []).append((number, match.start()))
    return words


def kind(word):
    return (word[0].isupper(), word.endswith("_"))


def replaced(block, places, old, new):
    block = list(block)
    for number, at in sorted(places, reverse=True):
        block[number] = block[number][:at] + new + block[number][at + len(old):]
    return block


def meant_changes(block, names, rng):
    """Some identifiers get another name throughout. Returns the block and the old and new names."""
    words = words_of(block)
    frequent = sorted(word for word, places in words.items() if len(places) >= 3)
    rng.shuffle(frequent)
    renamed = []
    for old in frequent[:rng.randint(1, 2)]:
        fresh = sorted(name for name in names if name not in words and kind(name) == kind(old))
        if fresh:
            renamed.append((old, rng.choice(fresh)))
            block = replaced(block, words_of(block).get(old, []), *renamed[-1])
    if rng.random() < 0.4:
        numbers = [(n, m) for n, line in enumerate(block) for m in NUMBER.finditer(code_of(line))]
        if numbers:
            number, match = rng.choice(numbers)
            line = block[number]
            block = list(block)
            block[number] = line[:match.start()] + str(int(match.group()) + rng.randint(1, 9)) + line[match.end():]
    return block, renamed


def exchanged(block, renamed, rng):
    """One identifier in one place is another one of the block. Returns the block, the line, and the two words."""
    words = words_of(block)
    choices = [(old, place, new) for old, places in sorted(words.items()) for place in places if place[0] > 1
               for new in sorted(words) if new != old and kind(new) == kind(old)]
    if not choices:
        return None
    old, place, new = rng.choice(choices)
    return replaced(block, [place], old, new), place[0], old, new


def forgotten(block, renamed, rng):
    """One place of a renaming keeps the old name."""
    choices = [(new, place, old) for old, new in renamed for place in words_of(block).get(new, [])]
    if not choices:
        return None
    new, place, old = rng.choice(choices)
    return replaced(block, [place], new, old), place[0], new, old


def mutate(sources, out, copies, rng):
    texts = {}
    for root in sources:
        for path in sorted(path for path in root.rglob("*") if path.suffix in ENDINGS and path.is_file()):
            texts[f"{root.name}/{path.relative_to(root)}"] = path.read_text(errors="replace")
    names = set()
    blocks = []
    for name, text in texts.items():
        for block in functions(text):
            blocks.append((name, block))
            names.update(words_of(block))
    if not blocks:
        sys.exit("No functions to copy were found in the sources.")
    order = sorted(texts)
    truth, made = [], 0
    rng.shuffle(blocks)
    for source, block in blocks:
        if made == copies:
            break
        later = [name for name in order if name > source]
        if not later:
            continue
        target = rng.choice(later)
        copy, renamed = meant_changes(block, names, rng)
        wrong = None
        if made % 2 == 0:
            slip = exchanged if made % 4 == 0 else forgotten
            slipped = slip(copy, renamed, rng)
            if not slipped:
                continue
            copy, *wrong = slipped
        text = texts[target].rstrip("\n") + "\n\n"
        if wrong:
            truth.append({"name": target, "line": text.count("\n") + 1 + wrong[0], "was": wrong[1], "is": wrong[2], "kind": slip.__name__})
        texts[target] = text + "\n".join(copy) + "\n"
        made += 1
    for name, text in texts.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return truth, made


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE).stdout


def figures(flags, truth):
    """A slip counts once, however many flags hit its line."""
    slips = {(one["name"], one["line"]): one for one in truth}
    hit, right = set(), 0
    for flag in flags:
        one = slips.get((flag["later"]["name"], flag["later"]["line"]))
        if one and one["is"] in IDENTIFIER.findall(flag["later"]["text"]):
            right += 1
            hit.add((one["name"], one["line"]))
    precision = right / len(flags) if flags else 0
    recall = len(hit) / len(truth) if truth else 0
    both = precision + recall
    return len(flags), precision, recall, 2 * precision * recall / both if both else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parents[2]
    parser.add_argument("--program", type=pathlib.Path, default=root / "build/release/corpuscope")
    parser.add_argument("--sources", type=pathlib.Path, nargs="+", default=[root / "engine", root / "ui"])
    parser.add_argument("--copies", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", type=pathlib.Path, help="the folder of a model; else the built-in one reads")
    parser.add_argument("--keep", type=pathlib.Path, help="an empty folder for the corpus and the workspace")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = options.keep or pathlib.Path(temporary)
        corpus, workspace = place / "corpus", place / "twists.corpuscope"
        truth, made = mutate(options.sources, corpus, options.copies, random.Random(options.seed))
        run(options.program, "open", corpus, "--workspace", workspace, "-q")
        model = ["--model", options.model] if options.model else []
        run(options.program, "read", "-w", workspace, "--detail", "light", "--precision", "bf16", "--no-reach", "-q", *model)
        found = json.loads(run(options.program, "twists", "-w", workspace, "--bits", 0, "--repeated", "--limit", 1000000, "--json"))
    flags = found["twists"]
    print(f"{made} copies, {len(truth)} with a slip; {found['copies']} copies in all, with {found['differences']} differences")
    print(f"{'flagged':44}{'flags':>7}{'precision':>11}{'recall':>8}{'F1':>7}")

    def line(name, chosen):
        count, precision, recall, f1 = figures(chosen, truth)
        print(f"{name:44}{count:7}{precision:11.3f}{recall:8.3f}{f1:7.3f}")

    lone = [flag for flag in flags if flag["same_change"] == 1]
    slips = [flag for flag in flags if flag["slip"]]
    line("every difference, no model", flags)
    line("every lone difference, no model", lone)
    for bits in (6, 10, 14):
        line(f"lone, at least {bits} bits", [flag for flag in lone if flag["bits"] >= bits])
    line("slips: exceptions from a rule, no model", slips)
    for bits in (4, 6, 8, 10):
        line(f"slips, at least {bits} bits", [flag for flag in slips if flag["bits"] >= bits])
    for name in ("exchanged", "forgotten"):
        some = [one for one in truth if one["kind"] == name]
        print(f"of {len(some)} that were {name}, {figures(slips, some)[2]:.3f} are found as slips")


if __name__ == "__main__":
    main()
