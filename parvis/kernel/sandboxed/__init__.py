"""Decoders of hostile bytes, each a function from bytes to bytes; they run inside `kernel.sandbox` only.

They import nothing of Django, and import all they need at module level: once the walls stand, no file opens.
"""
