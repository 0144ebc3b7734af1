"""Construal: from a sentence to the ranked roles of its object, each with the evidence of graph and space.

In the order in which a sentence passes: `segmenting`, `parsing`, `evidence` (the graph's) and `vicinity` (the space's),
`model` (both weighed), `wording`; `construer` holds them together, `readings` is what comes out.
"""
