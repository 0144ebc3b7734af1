"""The command line: `explorer …`. Every command speaks to a person, or with `--json` to a program."""
