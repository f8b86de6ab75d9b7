"""The `cue` engine: no weights, a grammar of commissive English; the baseline beside every score."""
