"""Engines: a document in, drafts of its commitments and its summary out."""
