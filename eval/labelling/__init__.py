"""The local page on which gold files are made and corrected."""
