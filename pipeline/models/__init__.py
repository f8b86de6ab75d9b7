"""Language models: prompts in, one reply each out, in the same order."""
