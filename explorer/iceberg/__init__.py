"""The iceberg of a sentence: its part of the graph (`subgraph`), made of `nodes`, laid out (`layout`, `geometry`)."""
