"""The iceberg as linked data: JSON-LD whose relations and concepts are ConceptNet's, where it has them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from explorer.construal.readings import Reading
from explorer.figures.words import facts_of
from explorer.iceberg.nodes import Edge, Iceberg, Node
from explorer.knowledge.relations import IN_CONCEPTNET
from explorer.media.text import language_of

CONCEPTNET = "http://conceptnet.io"
"""Relations are under /r/, concepts under /c/LANGUAGE/ (Speer, Chin & Havasi 2017)."""
OURS = "urn:semantic-iceberg:"
"""What ConceptNet has no name for: roles, relations of verbs and idioms, terms of the file itself."""
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def iceberg_jsonld(iceberg: Iceberg) -> dict[str, Any]:
    """A JSON-LD document: the sentence, its readings with their evidence, and the facts below it, lit or not.

    Facts are `rdf:Statement`s; `predicate` is mapped by the context to ConceptNet's URI of the relation.
    """
    construal = iceberg.construal
    nodes = {node.id: node for node in iceberg.nodes}
    return {
        "@context": _context(iceberg),
        "@id": f"{OURS}sentence:{quote(construal.sentence, safe='')}",
        "@type": "Construal",
        "sentence": construal.sentence,
        "tokens": [token.text for token in construal.tokens],
        "verb": construal.verb,
        "object": construal.object,
        "abstained": construal.abstained,
        "reason": construal.reason,
        "threshold": construal.threshold,
        "readings": [_reading(reading) for reading in construal.readings],
        "facts": [_fact(edge, nodes) for edge in facts_of(iceberg)],
    }


def concept_uri(node: Node) -> str:
    """The concept's URI: http://conceptnet.io/c/zh/食堂, spaces as underscores, letters small."""
    language = language_of(node.word) or next(iter(node.labels), "zh")
    word = "_".join(node.word.lower().split())
    escaped = "".join(c if ord(c) > 127 or c in "-_.~'" else quote(c, safe="") for c in word)
    return f"{CONCEPTNET}/c/{language}/{escaped}"


def _context(iceberg: Iceberg) -> dict[str, Any]:
    used = {edge.relation for edge in facts_of(iceberg)}
    used |= {s.relation for r in iceberg.construal.readings for path in r.paths for s in path.steps}
    relations = {
        name: f"{CONCEPTNET}/r/{name}" if name in IN_CONCEPTNET else f"{OURS}r:{name}"
        for name in sorted(used)
    }
    return {
        "@vocab": OURS,
        "rdf": _RDF,
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "Statement": "rdf:Statement",
        "subject": {"@id": "rdf:subject", "@type": "@id"},
        "predicate": {"@id": "rdf:predicate", "@type": "@vocab"},
        "statementObject": {"@id": "rdf:object", "@type": "@id"},
        "label": {"@id": "http://www.w3.org/2000/01/rdf-schema#label", "@container": "@language"},
        "tokens": {"@container": "@list"},
        "readings": {"@container": "@list"},
        "steps": {"@container": "@list"},
        **relations,
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "@type": "Reading",
        "role": reading.role,
        "probability": reading.probability,
        "graphEvidence": reading.graph,
        "spaceEvidence": reading.space,
        "label": {"zh": reading.zh, "en": reading.en},
        "paths": [
            {
                "kind": path.kind,
                "strength": path.strength,
                "steps": [
                    {
                        "step": s.id,
                        "from": s.subject,
                        "predicate": s.relation,
                        "to": s.object,
                        "source": s.source,
                    }
                    for s in path.steps
                ],
            }
            for path in reading.paths
        ],
    }


def _fact(edge: Edge, nodes: dict[str, Node]) -> dict[str, Any]:
    source, target = nodes[edge.source], nodes[edge.target]
    fact: dict[str, Any] = {
        "@id": f"{OURS}fact:{quote(edge.id, safe='')}",
        "@type": "Statement",
        "subject": concept_uri(source),
        "predicate": edge.relation,
        "statementObject": concept_uri(target),
        "label": {
            language: f"{source.label(language)} {edge.label(language)} {target.label(language)}"
            for language in edge.labels
        },
        "evidence": edge.evidence,
        "source": edge.origin,
        "weight": edge.weight,
        "depth": max(source.depth, target.depth),
        "lit": edge.lit,
        "cut": edge.cut,
    }
    return fact if edge.score is None else fact | {"score": edge.score}
