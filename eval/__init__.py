"""Stored runs and gold files in, scores that can be defended out."""
