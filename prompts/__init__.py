"""Versioned prompt templates, read with `importlib.resources`; a published version is never edited."""
