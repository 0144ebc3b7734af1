"""Icebergs made by hand for tests of layout, figures and the page: the three sentences, and larger ones."""

from __future__ import annotations

import random

from explorer.construal.readings import Construal, Path, Reading, Token
from explorer.iceberg.nodes import Edge, Iceberg, Node
from explorer.knowledge.graph import Step


def canteen() -> Iceberg:
    """张三吃食堂, with a lit path, dark matter and plain facts."""
    steps = (
        step("食堂", "IsA", "餐馆"),
        step("吃", "TakesLocation", "餐馆"),
    )
    readings = (
        Reading(
            role="location",
            probability=0.86,
            graph=0.9,
            space=0.6,
            zh="在食堂吃饭",
            en="eat at 食堂",
            paths=(Path(role="location", kind="frame", steps=steps, strength=0.96),),
        ),
        Reading(role="patient", probability=0.09, graph=0.05, space=0.3, zh="把食堂吃下去", en="eat 食堂"),
        Reading(
            role="instrument", probability=0.05, graph=0.05, space=0.1, zh="用食堂吃", en="eat with 食堂"
        ),
    )
    tokens = (
        Token(text="张三", start=0, part="subject"),
        Token(text="吃", start=2, part="verb"),
        Token(text="食堂", start=3, part="object"),
    )
    construal = Construal(
        sentence="张三吃食堂",
        tokens=tokens,
        verb="吃",
        object="食堂",
        readings=readings,
        abstained=False,
        threshold=0.5,
    )
    words = tuple(
        Node(id=f"t{i}", labels={"zh": t.text}, depth=0, word=t.text, position=i, part=t.part, lit=i > 0)
        for i, t in enumerate(tokens)
    )
    concepts = (
        node("餐馆", "eating place", 1, lit=True),
        node("场所", "institution place", 1),
        node("饮食", "ingestion", 1),
        node("人", "person", 1),
        node("吃饭", "have a meal", 2),
        node("学校", "school", 2),
        node("饭菜", "food", 2),
        node("单位", "work unit", 3),
        node("集体生活", "life in common", 3),
        node("排队", "queue", 4),
        node("碗碟声", "clatter of dishes", 4),
    )
    edges = (
        Edge(
            id="role",
            source="t1",
            target="t2",
            relation="location",
            labels={"zh": "处所", "en": "location"},
            evidence="role",
            lit=True,
            score=0.86,
        ),
        edge("t0", "人", "IsA", "是一种", "is a", evidence="guess"),
        edge("t1", "饮食", "IsA", "是一种", "is a"),
        edge("t2", "餐馆", "IsA", "是一种", "is a", lit=True),
        edge("t1", "餐馆", "TakesLocation", "宾语作处所", "takes as location", lit=True),
        edge("餐馆", "场所", "IsA", "是一种", "is a"),
        edge("t2", "吃饭", "UsedFor", "用于", "used for"),
        edge("t2", "学校", "AtLocation", "位于", "at"),
        edge("吃饭", "饭菜", "HasSubevent", "其间会", "includes doing"),
        edge("t2", "单位", "AtLocation", "位于", "at"),
        edge("单位", "集体生活", "RelatedTo", "相关", "related to"),
        edge("吃饭", "排队", "HasSubevent", "其间会", "includes doing", evidence="space", score=0.71),
        edge("饭菜", "碗碟声", "RelatedTo", "相关", "related to", evidence="space", score=0.64),
    )
    return Iceberg(construal=construal, nodes=(*words, *concepts), edges=edges)


def large(count: int, seed: int = 0) -> Iceberg:
    """The canteen with further concepts, `count` nodes in all, each tied to one or two nodes above or beside it."""
    rng = random.Random(seed)
    small = canteen()
    nodes, edges = list(small.nodes), list(small.edges)
    while len(nodes) < count:
        i = len(nodes)
        depth = rng.choice((1, 2, 2, 3, 3, 4))
        nodes.append(node(f"概念{i}", f"concept {i}", depth))
        for other in rng.sample([n for n in nodes[:-1] if n.depth <= depth], k=rng.choice((1, 1, 2))):
            edges.append(edge(other.id, nodes[-1].id, "RelatedTo", "相关", "related to"))
    return Iceberg(construal=small.construal, nodes=tuple(nodes), edges=tuple(edges))


def step(subject: str, relation: str, object_: str) -> Step:
    return Step(
        id=f"{subject}-{relation}-{object_}",
        subject=subject,
        relation=relation,
        object=object_,
        kind="fact",
        weight=0.9,
        depth=1,
        source="seed",
    )


def node(zh: str, en: str, depth: int, *, lit: bool = False) -> Node:
    return Node(id=zh, labels={"zh": zh, "en": en}, depth=depth, word=zh, lit=lit)


def edge(source: str, target: str, relation: str, zh: str, en: str, **more: object) -> Edge:
    return Edge(
        id=f"{source}>{relation}>{target}",
        source=source,
        target=target,
        relation=relation,
        labels={"zh": zh, "en": en},
        step=f"{source}>{relation}>{target}",
        origin="seed",
        **more,
    )  # type: ignore[arg-type]
