"""What tests stand on: their databases, their browser, their environment. Nothing of it runs in a real site."""
