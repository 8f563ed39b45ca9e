"""Finding again: the box, the engine, its index. Not here: the page (web) nor who may read (access, contributions)."""
