"""The bounded memory forgets what was used least recently."""

from __future__ import annotations

from parvis.kernel.memory import Memory


def test_the_least_recently_used_goes_first() -> None:
    memory: Memory[str, int] = Memory(2)
    memory.put("a", 1)
    memory.put("b", 2)
    assert memory.get("a") == 1
    memory.put("c", 3)
    assert memory.get("b") is None
    assert (memory.get("a"), memory.get("c")) == (1, 3)
    assert len(memory) == 2


def test_a_value_put_again_replaces_the_old_one() -> None:
    memory: Memory[str, int] = Memory(2)
    memory.put("a", 1)
    memory.put("a", 5)
    assert memory.get("a") == 5
    assert len(memory) == 1
    memory.clear()
    assert memory.get("a") is None
