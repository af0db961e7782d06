// The header alone is used; a target needs one source.
