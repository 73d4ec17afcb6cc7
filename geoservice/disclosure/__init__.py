"""The only door between a result and a release: atoms, keys, noise, rules and the audit of what was released."""
