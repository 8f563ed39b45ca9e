/* The house has its own rule for bare addresses: markdown-it's finder is never asked. */
export default class LinkifyIt { test() { return false; } }
