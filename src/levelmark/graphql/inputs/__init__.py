"""The input types of the API: the field's documents as they are, and what lists are narrowed by."""
