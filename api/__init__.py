"""HTTP (`api.application`) and the command line (`api.cli`): two doors to one engine."""
