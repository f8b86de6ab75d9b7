"""Articles in, summaries and commitments with their evidence out."""
