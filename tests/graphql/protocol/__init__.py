"""The protocol layer, driven over the wire with a toy schema."""
