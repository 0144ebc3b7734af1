"""Fit the reader of wordings: `python scripts/fit_wordings.py`. Writes `explorer/construal/wording_roles.npz`.

It learns from the general wordings of `wording_roles.toml`, with verbs and objects that the seed's frames allow; from
each frame's own wording; from `probes/suites/wordings`; and from the development half of `probes/suites/canteen-zh`,
both options with the role that each gives the object. Printed: how often the role of an unseen verb's option is
read, and how often the good option is chosen, each verb's rows left out of the fit (five folds).

`--without FILE.jsonl` leaves out every row of the verbs of a file, to measure on it what was not learned from them.
"""

from __future__ import annotations

import json
import random
import sys
import tomllib
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import torch

from explorer.construal.choosing import Ask, Chooser
from explorer.construal.construer import open_construer
from explorer.construal.readings import IDIOM
from explorer.construal.wording import USUAL
from explorer.construal.wording_roles import WordingModel, features, fitted, read_model
from explorer.knowledge.graph import base_graph, classes_of
from explorer.knowledge.relations import ROLES, TAKES
from explorer.registry import load_registry

ROOT = Path(__file__).resolve().parents[1]
SUITES = ROOT / "probes" / "suites"
TRIPLES = (SUITES / "canteen-zh" / "development.jsonl", SUITES / "wordings" / "triples.jsonl")
WORDINGS = SUITES / "wordings" / "wordings.jsonl"
GENERAL = ROOT / "explorer" / "construal" / "wording_roles.toml"
OUT = ROOT / "explorer" / "construal" / "wording_roles.npz"
ALL = (*ROLES, IDIOM)
FOLDS, SEEN_AT_LEAST = 5, 3
SUBJECTS = [
    "他",
    "她",
    "我",
    "我们",
    "张三",
    "老王",
    "小李",
    "妈妈",
    "孩子们",
    "那位师傅",
    "工人",
    "同学们",
    "她妹妹",
    "大家",
]
FILL = ["", "", "", "常", "正在", "昨天", "一直", "想"]
PER_ROLE = 2_500
WEIGHT = {"general": 1.0, "frame": 0.5, "triple": 6.0, "wording": 8.0}
RIDGE, EPOCHS = 2e-4, 60

Example = tuple[str, str, str, str, float, str]
"""wording, verb, object, role, weight, verb that it is left out with"""


def fold(verb: str) -> int:
    """Which fold a verb belongs to."""
    return zlib.crc32(verb.encode()) % FOLDS


def general(rng: random.Random) -> list[Example]:
    """The general wordings with verbs, objects and subjects in their places, and frames' own wordings."""
    graph = base_graph(load_registry())
    members: dict[str, list[str]] = {}
    for noun in graph.things()[:8_000]:
        for each in classes_of(graph, noun)[:4]:
            members.setdefault(each.name, []).append(noun)
    frames: dict[str, list[tuple[str, str, str]]] = {}
    for verb in graph.verbs():
        for fact in graph.about(verb):
            if fact.relation in TAKES and fact.object in members:
                frames.setdefault(TAKES[fact.relation], []).append(
                    (verb, fact.object, str(fact.meta.get("zh") or ""))
                )
    patterns = tomllib.loads(GENERAL.read_text("utf-8"))
    found: list[Example] = []
    for role in ROLES:
        rows = frames.get(role, [])
        for _n in range(PER_ROLE):
            verb, name, own = rng.choice(rows)
            noun = rng.choice(members[name])
            pattern = own if own and rng.random() < 0.4 else rng.choice([*patterns[role], USUAL[role][0]])
            kind = "frame" if pattern is own else "general"
            text = pattern.replace("{V}", verb).replace("{O}", noun).replace("{X}", "")
            if rng.random() < 0.8:
                text = rng.choice(SUBJECTS) + rng.choice(FILL) + text
            found.append((text, verb, noun, role, WEIGHT[kind], ""))
    return found


def triples() -> tuple[list[Example], list[dict[str, str]]]:
    """Both options of each development triple, each with its role."""
    rows = [json.loads(line) for path in TRIPLES for line in path.read_text("utf-8").splitlines()]
    found: list[Example] = []
    for row in rows:
        for key, role in (("good", "role"), ("bad", "bad_role")):
            found.append((row[key], row["verb"], row["object"], row[role], WEIGHT["triple"], row["verb"]))
    return found, rows


def wordings() -> list[Example]:
    """Right and wrong wordings, each with its role."""
    found: list[Example] = []
    for row in map(json.loads, WORDINGS.read_text("utf-8").splitlines()):
        said = [(text, row["role"]) for text in row["right"]]
        said += [(text, role) for role, texts in row["wrong"].items() for text in texts]
        found += [
            (text, row["verb"], row["object"], role, WEIGHT["wording"], row["verb"]) for text, role in said
        ]
    return found


def fit(examples: list[Example]) -> WordingModel:
    """A multinomial logit with ridge, each role weighing as much as any other."""
    sets = [features(text, verb, noun) for text, verb, noun, *_rest in examples]
    counts = Counter(name for each in sets for name in each)
    names = {name: i for i, name in enumerate(sorted(n for n, c in counts.items() if c >= SEEN_AT_LEAST))}
    gold = np.array([ALL.index(e[3]) for e in examples])
    weight = np.array([e[4] for e in examples])
    total = np.bincount(gold, weights=weight, minlength=len(ALL))
    share = weight / np.maximum(total[gold], 1e-9) ** 0.7
    share *= len(examples) / share.sum()
    columns = [np.array([names[n] for n in each if n in names]) for each in sets]
    flat = torch.tensor(np.concatenate(columns))
    starts = torch.tensor(np.cumsum([0, *(len(c) for c in columns[:-1])]))
    torch.manual_seed(0)
    table = torch.nn.EmbeddingBag(len(names), len(ALL), mode="sum")
    torch.nn.init.zeros_(table.weight)
    bias = torch.nn.Parameter(torch.zeros(len(ALL)))
    target, shares = torch.tensor(gold), torch.tensor(share, dtype=torch.float32)
    optimizer = torch.optim.LBFGS([table.weight, bias], max_iter=EPOCHS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = table(flat, starts) + bias
        value = (torch.nn.functional.cross_entropy(scores, target, reduction="none") * shares).mean()
        value = value + RIDGE * (table.weight**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return WordingModel(
        roles=ALL,
        names=names,
        weights=table.weight.detach().numpy().astype(np.float64),
        bias=bias.detach().numpy().astype(np.float64),
    )


def write(model: WordingModel) -> None:
    """Features whose weights say anything, eight bits a weight."""
    kept = [n for n, i in model.names.items() if np.abs(model.weights[i]).max() > 0.03]
    rows = model.weights[[model.names[n] for n in kept]]
    scale = np.abs(rows).max(axis=0) / 127
    np.savez_compressed(
        OUT,
        roles=np.array(ALL),
        names=np.array("\n".join(kept)),
        weights=np.round(rows / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=model.bias.astype(np.float32),
    )
    print(f"{len(kept)} features written to {OUT.relative_to(ROOT)}, {OUT.stat().st_size / 1e3:.0f} kB")


def measure(base: list[Example], own: list[Example], rows: list[dict[str, str]]) -> None:
    """Out of fold: roles read from options, and options chosen."""
    construer = open_construer()
    read, right, answered = [], [], 0
    for k in range(FOLDS):
        model = fit([*base, *(e for e in own if fold(e[5]) != k)])
        chooser = Chooser(construer=construer, reader=model)
        for text, verb, noun, role, _w, _v in (e for e in own if fold(e[5]) == k):
            read.append(ALL[int(model.log_shares(text, verb, noun).argmax())] == role)
        held = [row for row in rows if fold(row["verb"]) == k]
        asks = [
            Ask(sentence=r["sentence"], options=(r["good"], r["bad"]), verb=r["verb"], object=r["object"])
            for r in held
        ]
        odds = chooser.log_odds(asks)
        answered += sum(o is not None for o in odds)
        right += [0.5 if o is None else float(o > 0) for o in odds]
    print(f"roles read {np.mean(read):.3f} of {len(read)}")
    print(f"chosen {np.mean(right):.3f} of {len(right)}, with an opinion {answered}")


def main() -> None:
    """Fit, tell, write."""
    torch.set_num_threads(1)
    base = general(random.Random(0))
    own, rows = triples()
    own += wordings()
    if "--without" in sys.argv:
        path = Path(sys.argv[sys.argv.index("--without") + 1])
        verbs = {json.loads(line)["verb"] for line in path.read_text("utf-8").splitlines()}
        own = [example for example in own if example[5] not in verbs]
    print(f"{len(base)} general wordings, {len(own)} written ones")
    if "--without" not in sys.argv:
        measure(base, own, rows)
    write(fit([*base, *own]))
    fitted.cache_clear()
    read_model(np.load(OUT, allow_pickle=False))


if __name__ == "__main__":
    main()
