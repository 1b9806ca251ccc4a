"""What the families share: names in their spellings, fields with types, people."""
