"""The embedded engine: a small encoder whose weights ship inside the package."""
