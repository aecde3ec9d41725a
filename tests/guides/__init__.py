"""Guides: whole catalogues in the shapes of the field's documents, with what follows worked out by hand."""
